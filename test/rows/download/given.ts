import '../../helpers/loaded.ts'
import { memory } from '../../../adapters/stores/memory.ts'
import { type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import {
  type CachedFetch,
  createCachedFetch,
  type Events,
  HoldfastError,
  type Inspection,
  inspect,
  type Options,
} from '../../../src/index.ts'
import { type Origin, startOrigin } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'

/** An origin and an instance on one hand-turned clock. */
export interface Given extends AsyncDisposable {
  readonly clock: ManualClock
  readonly origin: Origin
  readonly fetch: CachedFetch
  /** What `on(event)` told so far. */
  told<K extends keyof Events>(event: K): Events[K][]
}

const TOLD = ['lookup', 'verdict', 'attempt', 'progress', 'stored', 'rejected', 'fallback', 'warning', 'refresh-failed'] as const
const MORE = ['store-skipped', 'tier-error', 'tier-state', 'host', 'evicted'] as const

/** Memory alone, nothing fresh unless told, and no jitter: every wait of a retry is 0 unless `random` says otherwise. */
export async function given(options: Options = {}, clock: ManualClock = manualClock()): Promise<Given> {
  const origin = await startOrigin({ clock })
  const fetch = createCachedFetch({ tiers: [memory()], clock, random: () => 0, ttl: 0, ...options })
  const heard = new Map<string, unknown[]>()
  for (const event of [...TOLD, ...MORE]) {
    heard.set(event, [])
    fetch.on(event, (told) => heard.get(event)?.push(told))
  }
  const told = <K extends keyof Events>(event: K): Events[K][] => (heard.get(event) ?? []) as Events[K][]
  const dispose = async (): Promise<void> => {
    origin.kill()
    await turnUntil(clock, fetch.close())
    await origin.close()
  }
  return { clock, origin, fetch, told, [Symbol.asyncDispose]: dispose }
}

/** The timers of an instance that has written something: a first write waits for its sweeps, and later ones do not add to that. */
export async function timersAtRest(g: Given): Promise<number> {
  await g.fetch.put(g.origin.url('/at-rest'), new Response('at rest'))
  return g.clock.pending
}

/** A server that dies: the port refuses, and what was open breaks. */
export async function die(origin: Origin): Promise<void> {
  await origin.refuse()
  origin.kill()
}

/** What a call came to, in one value that a test can compare. */
export interface Seen {
  readonly status?: number
  readonly text?: string
  readonly outcome?: Inspection['outcome']
  /** Code of the HoldfastError that it rejected with; the name of any other error. */
  readonly rejected?: string
}

export async function seen(call: Promise<Response>): Promise<Seen> {
  const answer = await call.catch((error: unknown) => error as Error)
  if (!(answer instanceof Response)) return { rejected: codeOf(answer) }
  const outcome = inspect(answer)?.outcome
  return { status: answer.status, text: await answer.text(), ...(outcome && { outcome }) }
}

export function codeOf(error: unknown): string {
  return error instanceof HoldfastError ? error.code : error instanceof Error ? error.name : String(error)
}

type With<O, I = Inspection> = I extends { outcome: infer P } ? (O extends P ? I : never) : never

/** The inspection, narrowed to the outcome that the test expects. */
export function inspected<O extends Inspection['outcome']>(response: Response, outcome: O): With<O> {
  const found = inspect(response)
  if (found?.outcome !== outcome) throw new Error(`the outcome is ${found?.outcome}, not ${outcome}`)
  return found as With<O>
}

/** The error that a call rejects with; a call that resolves is the mistake. */
export async function rejection(call: Promise<unknown>): Promise<HoldfastError> {
  const error = await call.then(
    () => new Error('it resolved'),
    (reason: unknown) => reason,
  )
  if (error instanceof HoldfastError) return error
  throw error
}
