import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folder } from '../../../adapters/stores/folder.ts'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import { type CachedFetch, createCachedFetch, type Options } from '../../../src/index.ts'

/** What a row needs: an instance with a clock that is turned by hand, and files that go with it. */
export interface Bench extends AsyncDisposable {
  readonly clock: ManualClock
  readonly fetch: CachedFetch
  open(options?: Options): CachedFetch
  file(name: string): string
}

export async function bench(options: Options | ((file: (name: string) => string) => Options) = {}): Promise<Bench> {
  const clock = manualClock()
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-buffered-'))
  const file = (name: string): string => join(dir, name)
  const opened: CachedFetch[] = []
  const open = (more: Options = {}): CachedFetch => {
    const fetch = createCachedFetch({ tiers: [memory()], clock, random: () => 0, ...more })
    opened.push(fetch)
    return fetch
  }
  const fetch = open(typeof options === 'function' ? options(file) : options)
  return {
    clock,
    fetch,
    open,
    file,
    async [Symbol.asyncDispose]() {
      for (const one of opened) await one.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** The tiers on which a function's results may be. */
export const TIERS: [string, (file: (name: string) => string) => Options][] = [
  ['memory', () => ({ tiers: [memory()] })],
  ['sqlite', (file) => ({ tiers: [sqlite(file('a.db'))] })],
  ['memory before sqlite', (file) => ({ tiers: [memory(), sqlite(file('a.db'))] })],
  ['folder', (file) => ({ tiers: [folder(file('a'))] })],
]

/** What a promise was rejected with, whatever that is. */
export async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  const ended = await work.then(
    () => undefined,
    (reason: unknown) => ({ reason }),
  )
  if (ended === undefined) throw new Error('it resolved, and should have been rejected')
  return ended.reason
}
