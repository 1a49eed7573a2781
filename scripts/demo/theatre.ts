import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memory } from '../../adapters/stores/memory.ts'
import { sqlite } from '../../adapters/stores/sqlite.ts'
import { type CachedFetch, createCachedFetch } from '../../src/index.ts'
import { pseudoRandom, sha256 } from '../../test/helpers/digest.ts'
import { type AnswerOptions, type Origin, startOrigin } from '../../test/helpers/origin/index.ts'
import { type LateClock, lateClock } from './late-clock.ts'

const MB = 1024 * 1024
export const PATH = '/report.bin'

/** One edition of the file, as it lies on the disk behind the origin. */
export interface Edition {
  readonly name: string
  readonly bytes: Buffer
  /** SHA-256 of the file, in hex. */
  readonly digest: string
  readonly options: AnswerOptions
}

/** Where the story is played: a folder, two editions of a file, an origin that can be told to misbehave, an instance. */
export interface Theatre extends AsyncDisposable {
  readonly clock: LateClock
  readonly origin: Origin
  readonly first: Edition
  readonly changed: Edition
  fetch: CachedFetch
  /** As when the program ends and is started again: memory is empty, the SQLite file is still there. */
  restart(): Promise<void>
}

async function edition(folder: string, name: string, megabytes: number): Promise<Edition> {
  const file = join(folder, name)
  await writeFile(file, pseudoRandom(megabytes * MB, name))
  const bytes = await readFile(file)
  const headers = { 'Cache-Control': 'max-age=1800', 'Content-Type': 'application/octet-stream' }
  return { name, bytes, digest: sha256(bytes), options: { etag: `"${name}"`, ranges: true, conditional: true, headers } }
}

export async function openTheatre(): Promise<Theatre> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-demo-'))
  const clock = lateClock()
  const origin = await startOrigin({ clock })
  const open = (): CachedFetch =>
    createCachedFetch({ tiers: [memory(), sqlite(join(folder, 'cache.db'))], retry: { attempts: 4 }, clock })
  const theatre: Theatre = {
    clock,
    origin,
    first: await edition(folder, 'first', 24),
    changed: await edition(folder, 'changed', 22),
    fetch: open(),
    async restart() {
      await theatre.fetch.close()
      theatre.fetch = open()
    },
    async [Symbol.asyncDispose]() {
      await theatre.fetch.close()
      await origin.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return theatre
}
