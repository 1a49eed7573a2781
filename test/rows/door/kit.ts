import { memory } from '../../../adapters/stores/memory.ts'
import { type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import { type CachedFetch, createCachedFetch, type Events, inspect, type Options } from '../../../src/index.ts'
import { type Origin, type Step, startOrigin } from '../../helpers/origin/index.ts'
import { listed } from './side-by-side.ts'

/** What a row needs: an origin that was told how to behave, and an instance that shares its clock and keeps things in memory. */
export interface Bench extends AsyncDisposable {
  readonly clock: ManualClock
  readonly origin: Origin
  readonly fetch: CachedFetch
  /** The instance with other options; closed with the bench. */
  open(options?: Options): CachedFetch
}

/** The script is a map of paths to steps; the last step of a path repeats. */
export async function bench(script: Record<string, Step | [Step, ...Step[]]> = {}, options: Options = {}): Promise<Bench> {
  const clock = manualClock()
  const origin = await startOrigin({ clock })
  for (const [path, steps] of Object.entries(script)) origin.script(path, ...listed(steps))
  const opened: CachedFetch[] = []
  const open = (more: Options = {}): CachedFetch => {
    const fetch = createCachedFetch({ tiers: [memory()], retry: false, clock, random: () => 0, ...more })
    opened.push(fetch)
    return fetch
  }
  const fetch = open(options)
  return {
    clock,
    origin,
    fetch,
    open,
    async [Symbol.asyncDispose]() {
      for (const one of opened) await one.close()
      await origin.close()
    },
  }
}

/** The origin dies: no port, no open connection. */
export async function die(origin: Origin): Promise<void> {
  await origin.refuse()
  origin.kill()
}

export async function textOf(answer: Promise<Response>): Promise<string> {
  return (await answer).text()
}

/** How the answer came about, in one word. */
export async function outcomeOf(answer: Promise<Response>): Promise<string | undefined> {
  const response = await answer
  await response.arrayBuffer()
  return inspect(response)?.outcome
}

/** What a promise was rejected with; a promise that resolves fails the test. */
export async function failureOf(work: Promise<unknown>): Promise<Error & { code?: string; cause?: unknown }> {
  const value = await work.then(
    () => undefined,
    (reason: unknown) => ({ reason }),
  )
  if (value === undefined) throw new Error('it resolved, and should have been rejected')
  return value.reason as Error
}

/** Every event that the instance tells, with its name, in order. */
export function record(fetch: CachedFetch): { name: keyof Events; event: unknown }[] {
  const seen: { name: keyof Events; event: unknown }[] = []
  const names = Object.keys(EVERY_EVENT) as (keyof Events)[]
  for (const name of names) fetch.on(name, (event) => seen.push({ name, event }))
  return seen
}

/** A record, so that the compiler asks for an event that is missing here. */
const EVERY_EVENT: Record<keyof Events, true> = {
  lookup: true,
  verdict: true,
  attempt: true,
  progress: true,
  stored: true,
  rejected: true,
  fallback: true,
  warning: true,
  'store-skipped': true,
  'tier-error': true,
  'tier-state': true,
  host: true,
  evicted: true,
  'refresh-failed': true,
}
