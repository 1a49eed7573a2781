import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type HoldfastError, inspect, type Options, type Store } from '../../../src/index.ts'
import { type Given, given } from './given.ts'

export const OLD = 'the version that was stored before'

export interface Life {
  readonly name: string
  readonly cached: boolean
  readonly open: () => Store
}

/** The four lives of a row of the catalogue: nothing stored or a good version, in memory or on SQLite. */
export const lives: readonly Life[] = [
  { name: 'nothing stored, memory', cached: false, open: () => memory() },
  { name: 'a version stored, memory', cached: true, open: () => memory() },
  { name: 'nothing stored, sqlite', cached: false, open: () => sqlite(':memory:') },
  { name: 'a version stored, sqlite', cached: true, open: () => sqlite(':memory:') },
]

export function living(life: Life, options: Options = {}): Promise<Given> {
  return given({ tiers: [life.open()], ...options })
}

/** Where the life has one, a version under this path, a second old. */
export async function storeOld(g: Given, life: Pick<Life, 'cached'>, path: string): Promise<void> {
  if (!life.cached) return
  await g.fetch.put(g.origin.url(path), new Response(OLD, { headers: { ETag: '"0"' } }))
  await g.clock.advance(1_000)
}

/** How a call ended. `error` is the one that it rejected with, or the cause of a fallback. */
export interface Ended {
  readonly is: string
  readonly text?: string
  readonly error?: HoldfastError
}

export function ended(call: Promise<Response>): Promise<Ended> {
  return call.then(read, (error: unknown) => ({ is: 'rejected', error: error as HoldfastError }))
}

async function read(response: Response): Promise<Ended> {
  const found = inspect(response)
  const text = await response.text()
  if (found?.outcome !== 'fallback') return { is: `${found?.outcome}`, text }
  return { is: text === OLD ? 'the old version' : 'a wrong version', text, error: found.error as HoldfastError }
}

/** What a row promises where nothing heals: with a version that one, else an error; the cause is the same. */
export function promised(life: Pick<Life, 'cached'>): string {
  return life.cached ? 'the old version' : 'rejected'
}
