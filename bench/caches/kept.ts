/** What a cache by hand keeps of an answer. */
export interface Kept {
  readonly status: number
  readonly headers: [string, string][]
  readonly until: number
  readonly body: Uint8Array<ArrayBuffer>
}

interface Answer {
  readonly status: number
  readonly headers: Iterable<[string, string]> & { get(name: string): string | null }
  arrayBuffer(): Promise<ArrayBuffer>
}

export async function keptOf(answer: Answer): Promise<Kept> {
  const age = /max-age=(\d+)/.exec(answer.headers.get('cache-control') ?? '')?.[1]
  const body = new Uint8Array(await answer.arrayBuffer())
  return { status: answer.status, headers: [...answer.headers], until: Date.now() + 1000 * Number(age ?? 0), body }
}

export function responseOf({ status, headers, body }: Kept): Response {
  return new Response(body, { status, headers })
}
