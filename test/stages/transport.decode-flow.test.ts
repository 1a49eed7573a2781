import zlib, { constants, createGzip, type Gunzip, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, expect, test, vi } from 'vitest'
import { TransportFailure } from '../../src/model/transport.ts'
import { decoded } from '../../src/stages/transport/decode.ts'
import { pseudoRandom } from '../helpers/digest.ts'
import { isSettled, rounds } from '../helpers/turning.ts'
import { bytesOf, failureOf } from './transport.ask.ts'

const TEXT = Buffer.from(pseudoRandom(300_000).toString('base64'))
const CODED = gzipSync(TEXT)
const MEGABYTE = 1024 * 1024

/** A body in pieces of 1,000 bytes, that says how much of it was asked for and whether it was left. */
class Source implements AsyncIterableIterator<Uint8Array> {
  asked = 0
  left = 0
  readonly #bytes: Buffer
  readonly #breaksAt: number

  constructor(bytes: Buffer, breaksAt = Infinity) {
    this.#bytes = bytes
    this.#breaksAt = breaksAt
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const at = this.asked * 1000
    this.asked += 1
    if (this.asked > this.#breaksAt) throw new TransportFailure('TRUNCATED', 'the source broke')
    return at < this.#bytes.length
      ? { done: false, value: this.#bytes.subarray(at, at + 1000) }
      : { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.left += 1
    return { done: true, value: undefined }
  }
}

// vitest fails a run in which a rejection or an error event goes unheard; here is the time for one to come up.
afterEach(() => rounds())

test.each([1, 2, 100])('a body left after %d pieces is let go of, whatever was on its way', async (pieces) => {
  const source = new Source(CODED)
  let count = 0
  for await (const _bytes of decoded(source, 'gzip')) {
    count += 1
    if (count === pieces) break
  }
  expect([count, source.left]).toEqual([Math.min(pieces, count), 1])
})

test.each([1, 2, 3, 50])('a body that breaks after %d pieces fails with its own failure', async (pieces) => {
  expect(await failureOf(bytesOf(decoded(new Source(CODED, pieces), 'gzip')))).toBe('TRUNCATED')
})

test('a body that breaks where nobody reads on is no unheard rejection', async () => {
  const source = new Source(CODED, 1)
  const iterator = decoded(source, 'gzip')[Symbol.asyncIterator]()
  await iterator.next().catch(() => {})
  await iterator.return?.()
  expect(source.left).toBeGreaterThan(0)
})

test('a body that is left while it is waited for ends the wait', async () => {
  const silent = { next: () => new Promise<never>(() => {}), return: async () => ({ done: true as const, value: undefined }) }
  const coded = [CODED.subarray(0, 100_000)]
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const value = coded.pop()
    return value ? { done: false, value } : silent.next()
  }
  const iterator = decoded({ [Symbol.asyncIterator]: () => ({ ...silent, next }) }, 'gzip')[Symbol.asyncIterator]()
  await iterator.next()
  expect(await iterator.return?.()).toEqual({ done: true, value: undefined })
  expect(await iterator.next()).toEqual({ done: true, value: undefined })
})

test('an engine is let go of, whenever its reader leaves', async () => {
  const create = vi.spyOn(zlib, 'createGunzip')
  for (let turns = 0; turns < 30; turns += 1) {
    const iterator = decoded(new Source(CODED), 'gzip')[Symbol.asyncIterator]()
    const next = iterator.next()
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
    await iterator.return?.()
    await next
  }
  const engines = create.mock.results.map(({ value }) => (value as Gunzip).destroyed)
  expect(engines.length).toBeGreaterThan(10)
  expect(engines).not.toContain(false)
  create.mockRestore()
})

test('what has come is not held back for what has not', async () => {
  const gzip = createGzip()
  gzip.write('the first line\n')
  await new Promise<void>((resolve) => gzip.flush(constants.Z_SYNC_FLUSH, () => resolve()))
  const flushed: Buffer[] = []
  for (let some = gzip.read(); some !== null; some = gzip.read()) flushed.push(some)
  gzip.destroy()
  const more = Promise.withResolvers<IteratorResult<Uint8Array>>()
  const pieces = [Promise.resolve({ done: false as const, value: Buffer.concat(flushed) })]
  const slow = { [Symbol.asyncIterator]: () => ({ next: () => pieces.pop() ?? more.promise }) }
  const iterator = decoded(slow, 'gzip')[Symbol.asyncIterator]()
  expect(String((await iterator.next()).value)).toBe('the first line\n')
  const second = iterator.next()
  expect(await isSettled(second)).toBe(false)
  more.resolve({ done: true, value: undefined })
  expect(await failureOf(second)).toBe('BAD_ENCODING')
})

test('nothing is read ahead of a reader that waits', async () => {
  const source = new Source(CODED)
  const iterator = decoded(source, 'gzip')[Symbol.asyncIterator]()
  await iterator.next()
  await rounds()
  const asked = source.asked
  expect(asked).toBeLessThan(60)
  await rounds(100)
  expect(source.asked).toBe(asked)
  await iterator.return?.()
})

test.each([
  ['small, so that it would be decoded in one call', 'gzip', gzipSync(Buffer.alloc(8 * MEGABYTE))],
  ['large', 'gzip', gzipSync(Buffer.alloc(64 * MEGABYTE))],
  ['in two codings', 'gzip, gzip', gzipSync(gzipSync(Buffer.alloc(64 * MEGABYTE)))],
])('a bomb that is %s comes in pieces of a bounded size', async (_what, field, bomb) => {
  let total = 0
  for await (const piece of decoded(ReadableStream.from([bomb]), field)) {
    expect(piece.length).toBeLessThanOrEqual(256 * 1024)
    total += piece.length
    if (total > 16 * MEGABYTE) break
  }
  expect(total).toBeGreaterThanOrEqual(8 * MEGABYTE)
})

test.each([
  [23, 'no failure'],
  [24, 'BAD_ENCODING'],
])('a zstd window of 2^%d bytes: %s', async (log, outcome) => {
  const coded = zstdCompressSync(pseudoRandom(20 * MEGABYTE), { params: { [constants.ZSTD_c_windowLog]: log } })
  expect(await failureOf(bytesOf(decoded(new Source(coded), 'zstd')))).toBe(outcome)
})
