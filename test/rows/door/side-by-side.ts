import { memory } from '../../../adapters/stores/memory.ts'
import { createCachedFetch, HoldfastError, type Init, type Options } from '../../../src/index.ts'
import { type Origin, type Step, startOrigin } from '../../helpers/origin/index.ts'

export type Fetch = (input: string | URL | Request, init?: Init) => Promise<Response>

/** One use of fetch; it must make all that it needs itself, for it runs twice. What it returns is compared. */
export type Use = (fetch: Fetch, origin: Origin) => Promise<unknown>

/** Facts of the connection, of the moment, and of the cache: they may differ. */
const OF_THE_WIRE = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date', 'age', 'cache-status'])
const OF_THE_CODING = new Set(['content-encoding', 'content-length'])

export async function factsOf(response: Response): Promise<Record<string, unknown>> {
  const { status, statusText, ok, url, redirected, type } = response
  // Decoded bytes are not described by the coded ones' length (design.md, section 5); the platform leaves both fields.
  const coded = response.headers.has('content-encoding')
  const headers = [...response.headers].filter(([name]) => !OF_THE_WIRE.has(name) && !(coded && OF_THE_CODING.has(name)))
  const nullBody = response.body === null
  return { status, statusText, ok, url, redirected, type, headers, nullBody, body: (await response.bytes()).toString() }
}

/** What a network failure is called, ours tells better: its own class under TypeError. All else is to be the platform's word. */
export function failureFacts(reason: unknown): Record<string, unknown> {
  if (!(reason instanceof Error)) return { thrown: reason }
  if (reason instanceof HoldfastError || (reason.message === 'fetch failed' && reason instanceof TypeError))
    return { networkError: true }
  return { isTypeError: reason instanceof TypeError, class: reason.constructor.name, name: reason.name, message: reason.message }
}

async function outcome(use: Use, fetch: Fetch, origin: Origin): Promise<unknown> {
  try {
    return await use(fetch, origin)
  } catch (reason) {
    return { rejected: failureFacts(reason) }
  }
}

/** The same use by the platform's fetch and by ours, each against an origin of its own on the same port number in the report. */
export async function sideBySide(
  script: Record<string, Step | [Step, ...Step[]]>,
  use: Use,
  options: Options = {},
): Promise<{ theirs: unknown; ours: unknown; requests: { theirs: unknown[]; ours: unknown[] } }> {
  const run = async (fetch: Fetch): Promise<{ result: unknown; seen: unknown[] }> => {
    await using origin = await startOrigin()
    for (const [path, steps] of Object.entries(script)) origin.script(path, ...listed(steps))
    const result = await outcome(use, fetch, origin)
    const seen = origin
      .requests()
      .map(({ method, path, body, headers }) => ({ method, path, body: bodyText(body, headers), headers: sent(headers) }))
    const portless = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value ?? null).replaceAll(String(origin.port), 'PORT'))
    return { result: portless(result), seen: portless(seen) as unknown[] }
  }
  await using cached = createCachedFetch({ tiers: [memory()], retry: false, ...options })
  const theirs = await run(globalThis.fetch)
  const ours = await run(cached)
  return { theirs: theirs.result, ours: ours.result, requests: { theirs: theirs.seen, ours: ours.seen } }
}

/** A multipart boundary is random. */
function bodyText(body: Buffer, headers: Readonly<Record<string, string>>): string {
  const boundary = /boundary=(.+)/.exec(headers['content-type'] ?? '')?.[1]
  const text = body.toString('latin1')
  return boundary === undefined ? text : text.replaceAll(boundary, 'BOUNDARY')
}

/** One step or several, as a list. */
export function listed(steps: Step | [Step, ...Step[]]): [Step, ...Step[]] {
  return Array.isArray(steps) ? steps : [steps]
}

/** What a client says of itself and of its connection may differ; all else is the caller's. */
const OF_THE_CLIENT = new Set([
  'host',
  'connection',
  'user-agent',
  'accept-encoding',
  'accept-language',
  'sec-fetch-mode',
  'cache-control',
  'pragma',
  'transfer-encoding',
])

function sent(headers: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(headers)
    .filter(([name]) => !OF_THE_CLIENT.has(name))
    .map(([name, value]): [string, string] => [
      name,
      name === 'content-type' ? value.replace(/boundary=.+/, 'boundary=BOUNDARY') : value,
    ])
    .toSorted(([one], [two]) => (one < two ? -1 : 1))
}
