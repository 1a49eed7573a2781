import { type CachedFetch, type Events, inspect, type Options } from '../../src/index.ts'
import { ok, type Step } from '../helpers/origin/index.ts'
import { turnUntil } from '../helpers/turning.ts'
import { codeOf, die, type Given, given } from '../rows/download/given.ts'

/** One outcome: what happens, and all that a caller and a listener are told of it. */
export interface Row {
  readonly options?: Options
  readonly steps: [Step, ...Step[]]
  /** Calls that are over before the one that counts. */
  readonly before?: (g: Given) => Promise<void>
  /** Another door to the same house. */
  readonly through?: (fetch: CachedFetch) => CachedFetch
  readonly init?: RequestInit
  readonly told: {
    readonly answer: [number, string] | string
    readonly inspected?: object
    readonly cacheStatus?: string
    readonly events: string[]
  }
}

const NAMES: Record<keyof Events, (told: never) => unknown> = {
  lookup: ({ tier }: Events['lookup']) => tier ?? 'nowhere',
  verdict: ({ verdict }: Events['verdict']) => verdict,
  attempt: ({ attempt }: Events['attempt']) => attempt.error?.code ?? attempt.status,
  progress: ({ bytes }: Events['progress']) => bytes,
  stored: ({ version, previous }: Events['stored']) => `${version.size}${previous ? ` after ${previous.size}` : ''}`,
  rejected: ({ reason }: Events['rejected']) => reason,
  fallback: ({ staleFor }: Events['fallback']) => staleFor,
  warning: ({ warning }: Events['warning']) => warning,
  'store-skipped': ({ reason }: Events['store-skipped']) => reason,
  'tier-error': ({ operation }: Events['tier-error']) => operation,
  'tier-state': ({ state }: Events['tier-state']) => state,
  host: ({ state }: Events['host']) => state,
  evicted: ({ bytes }: Events['evicted']) => bytes,
  'refresh-failed': ({ error }: Events['refresh-failed']) => codeOf(error),
}

function listen(fetch: CachedFetch): string[] {
  const events: string[] = []
  for (const [name, say] of Object.entries(NAMES) as [keyof Events, (told: unknown) => unknown][]) {
    fetch.on(name, (told) => events.push(`${name} ${String(say(told))}`))
  }
  return events
}

/** Walks one row from an empty house, and tells what came of it. */
export async function walked({ options = {}, steps, before, through = (same) => same, init }: Row): Promise<Row['told']> {
  await using g = await given({ ttl: '10s', ...options })
  g.origin.script('/f', ...steps)
  await before?.(g)
  const fetch = through(g.fetch)
  const events = listen(fetch)
  const answer = await turnUntil(
    g.clock,
    fetch(g.origin.url('/f'), init).catch((error: unknown) => error),
  )
  if (!(answer instanceof Response)) return { answer: codeOf(answer), events }
  // Each row asks for the same, and what is stored has a lifetime that the turning clock eats: rows/http tells of both.
  const cacheStatus = (answer.headers.get('cache-status') ?? 'none')
    .replace(/; key="[A-Z]+ [^"]*\/f"/, '')
    .replace(/; ttl=\d+; stored/, '; stored')
  const inspected = inspect(answer) ?? {}
  const told: Row['told'] = { answer: [answer.status, await answer.text()], inspected, cacheStatus, events }
  await turnUntil(g.clock, g.fetch.idle())
  return told
}

export const tagged: Step = ok('one', { etag: '"1"', conditional: true })
/** The version is there, and fresh. */
export const stored = async (g: Given): Promise<void> => {
  await (await g.fetch(g.origin.url('/f'))).text()
}
/** The version is there, 2 s after its freshness has ended. */
export const stale = async (g: Given): Promise<void> => {
  await stored(g)
  await g.clock.advance(12_000)
}
/** And the origin is gone. */
export const down = async (g: Given): Promise<void> => {
  await stale(g)
  await die(g.origin)
}
/** What is told of that version. */
export const V1: { status: number; size: number } = { status: 200, size: 3 }
