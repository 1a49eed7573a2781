import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { scratch } from '../scratch.ts'

export const COUNT = 40
export const keyOf = (n: number): string => `h1:e:${String(n).padStart(4, '0')}`
export const contentOf = (n: number): Uint8Array => new Uint8Array(100 + n * 150).fill(n + 1)

/** Numbers that look random and are the same in each run. */
export function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state
  }
}

export interface Healthy {
  /** A database that was closed. */
  readonly closed: Buffer
  /** One with a log that has not been folded in. */
  readonly database: Buffer
  readonly log: Buffer
}

export async function healthy(): Promise<Healthy> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-healthy-'))
  const file = join(directory, 'cache.db')
  const store = sqlite(file)
  for (let n = 0; n < COUNT; n++) await store.set(keyOf(n), contentOf(n))
  const [database, log] = [readFileSync(file), readFileSync(`${file}-wal`)]
  await store.close()
  const closed = readFileSync(file)
  rmSync(directory, { recursive: true })
  return { closed, database, log }
}

/** Puts a database down, and a log beside it. */
export function placed(database: Uint8Array, log?: Uint8Array): string {
  const file = join(scratch('memory'), 'cache.db')
  writeFileSync(file, database)
  if (log !== undefined) writeFileSync(`${file}-wal`, log)
  return file
}

/** What was set aside beside a file. */
export function aside(file: string): string[] {
  return readdirSync(join(file, '..')).filter((name) => /^cache\.db\.damaged-[\dTZ]+$/.test(name))
}

export interface Found {
  right: number
  misses: number
  failures: string[]
}

/**
 * Reads all, then writes. Asserts: never wrong bytes, never a crash, each failure names the file; and after at most one more call a
 * store that works, or a clear refusal.
 */
export async function survives(file: string): Promise<Found> {
  mkdirSync(`${file}.bodies`, { recursive: true })
  const store = sqlite(file)
  const found: Found = { right: 0, misses: 0, failures: [] }
  for (let n = 0; n < COUNT; n++) {
    const outcome = await store.get(keyOf(n)).catch((error: Error) => error)
    if (outcome === undefined) {
      found.misses++
    } else if (outcome instanceof Error) {
      assert.equal((outcome as Error & { code?: string }).code, 'STORE', `${outcome.stack}`)
      assert.ok(outcome.message.includes(file), outcome.message)
      found.failures.push(outcome.message)
    } else {
      assert.ok(Buffer.compare(outcome, contentOf(n)) === 0, `wrong bytes under ${keyOf(n)}`)
      found.right++
    }
  }
  const write = (): Promise<string> =>
    store.set('h1:e:new', contentOf(1)).then(
      () => 'written',
      (error: Error) => error.message,
    )
  const first = await write()
  const outcome = first === 'written' ? first : await write()
  if (outcome === 'written') assert.deepEqual(await store.get('h1:e:new'), contentOf(1))
  else assert.match(outcome, /Choose another path|Update holdfast/)
  await store.close()
  return found
}
