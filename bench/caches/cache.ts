/** A client that keeps what it has fetched, as every task uses it. */
export interface Cache extends AsyncDisposable {
  json(url: string): Promise<unknown>
  bytes(url: string): Promise<Uint8Array>
  /** The body as it comes. Absent where the client gives whole bodies only. */
  stream?(url: string): Promise<AsyncIterable<Uint8Array>>
}

/** Where a client may keep things. */
export interface Place {
  readonly folder: string
  readonly redis?: string | undefined
  /** What stands in the network's place, where it is not the question. */
  readonly fetch?: typeof globalThis.fetch
}

/** `kind` is what follows the colon in its name: 'memory', 'sqlite', 'redis'. */
export type Open = (kind: string, place: Place) => Cache | Promise<Cache>

interface Answer {
  readonly status: number
  readonly body: unknown
  json(): Promise<unknown>
  arrayBuffer(): Promise<ArrayBuffer>
}

/** Every client that has the shape of fetch. */
export function likeFetch(fetch: (url: string) => Promise<Answer>, close: () => unknown = () => undefined): Cache {
  const good = async (url: string): Promise<Answer> => {
    const answer = await fetch(url)
    if (answer.status !== 200) throw new Error(`the answer has status ${answer.status}`)
    return answer
  }
  return {
    json: async (url) => (await good(url)).json(),
    bytes: async (url) => new Uint8Array(await (await good(url)).arrayBuffer()),
    stream: async (url) => (await good(url)).body as AsyncIterable<Uint8Array>,
    [Symbol.asyncDispose]: async () => {
      await close()
    },
  }
}
