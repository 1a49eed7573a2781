import '../../helpers/loaded.ts'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { folder as folderStore } from '../../../adapters/stores/folder.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import {
  type CachedFetch,
  type Clock,
  createCachedFetch,
  type Events,
  inspect,
  type Options,
  type Store,
} from '../../../src/index.ts'
import { type Origin, startOrigin } from '../../helpers/origin/index.ts'

/** A folder of this test's own, removed when it ends. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-rows-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** The stores that outlive a process, in a folder. */
export const lasting: [name: string, open: (place: string, clock: Clock) => Store][] = [
  ['sqlite', (place, clock) => sqlite(join(place, 'cache.db'), { clock })],
  ['a folder', (place, clock) => folderStore(join(place, 'files'), { clock })],
]

/** Where files cost no disk. Linux only. */
const IN_MEMORY = '/dev/shm'

/** A folder for all tests of a file, which it removes itself. */
export function temporary(): { path: string; remove: () => Promise<void> } {
  const path = mkdtempSync(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'holdfast-rows-'))
  return { path, remove: async () => rmSync(path, { recursive: true, force: true }) }
}

/** An origin that the test closes by ending. */
export async function anOrigin(): Promise<Origin> {
  const origin = await startOrigin()
  onTestFinished(async () => {
    origin.kill()
    await origin.close()
  })
  return origin
}

/** An instance without pauses between attempts, closed when the test ends. */
export function anInstance(options: Options): CachedFetch {
  const fetch = createCachedFetch({ random: () => 0, ...options })
  onTestFinished(() => fetch.close())
  return fetch
}

/** The payloads that an event has told so far. */
export function heard<K extends keyof Events>(fetch: CachedFetch, event: K): Events[K][] {
  const told: Events[K][] = []
  fetch.on(event, (payload) => told.push(payload))
  return told
}

/** What a caller got, in one line: the text and how it came about. */
export async function got(response: Response): Promise<string> {
  const outcome = inspect(response)?.outcome
  return `${await response.text()} (${outcome})`
}
