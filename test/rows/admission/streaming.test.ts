import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { CallOptions, Options } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { chunked, cut, flip, gatedBody, gz, ok, status } from '../../helpers/origin/index.ts'
import { isSettled, turnUntil } from '../../helpers/turning.ts'
import { codeOf, given, inspected, rejection } from '../download/given.ts'
import { readerOf, take } from '../download/reading.ts'
import { ask, endless, good, json, PAGE, page, text } from './judging.ts'

const MIB = 1024 * 1024
const body = pseudoRandom(3 * MIB + 1_000)
const streaming = { delivery: 'streaming' } as const
const boom = (): never => {
  throw new Error('no header')
}

/** What was handed out before the end, and what ended it: undefined is a quiet end. */
async function read(response: Response): Promise<{ length: number; whole: string; code: string | undefined }> {
  const reader = readerOf(response)
  const pieces: Uint8Array[] = []
  let error: unknown
  try {
    for (let one = await reader.read(); !one.done; one = await reader.read()) pieces.push(one.value)
  } catch (thrown) {
    error = thrown
  }
  const all = Buffer.concat(pieces)
  return { length: all.length, whole: sha256(all), code: error === undefined ? undefined : codeOf(error) }
}

const stores: [string, () => NonNullable<Options['tiers']>][] = [
  ['memory', () => [memory()]],
  ['sqlite', () => [sqlite(':memory:')]],
]

describe.each(stores)('a body that is handed out while it arrives; %s', (_, tiers) => {
  const refusing: [string, Options][] = [
    ['a check', { check: boom }],
    ['a check that reads', { check: (response) => response.bytes().then(boom) }],
    ['a schema', { schema: good() }],
    ['a digest', { expect: { digest: `sha256:${sha256('other')}` } }],
    ['a size that is longer', { expect: { size: body.length + 1 } }],
  ]
  test.each(refusing)('refused by %s: the last piece is never given, the stream breaks', async (name, options) => {
    await using g = await given({ ...streaming, tiers: tiers(), retry: false, ...options })
    g.origin.script('/f', ok(body))
    const response = await g.fetch(g.origin.url('/f'))
    const came = await read(response)
    expect(came.code).toBe(name.startsWith('a digest') ? 'DIGEST' : name.startsWith('a size') ? 'TRUNCATED' : 'REJECTED')
    expect(came.length).toBeLessThan(body.length)
    expect(await g.fetch.cache.has(g.origin.url('/f'))).toBe(false)
  })

  test('accepted: whole, and stored', async () => {
    const seen: string[] = []
    const check: CallOptions['check'] = async (response) => void seen.push(sha256(await response.bytes()))
    await using g = await given({ ...streaming, tiers: tiers(), ttl: '1h', check })
    g.origin.script('/f', ok(body))
    expect(await read(await g.fetch(g.origin.url('/f')))).toEqual({ length: body.length, whole: sha256(body), code: undefined })
    expect(seen).toEqual([sha256(body)])
    const again = await g.fetch(g.origin.url('/f'))
    expect(inspected(again, 'hit').version.digest).toBe(sha256(body))
    expect(sha256(await again.bytes())).toBe(sha256(body))
  })

  test('the end waits for the verdict', async () => {
    const verdict = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const check = (): Promise<void> => {
      asked.resolve()
      return verdict.promise
    }
    await using g = await given({ ...streaming, tiers: tiers(), check })
    g.origin.script('/f', ok(body))
    const reader = readerOf(await g.fetch(g.origin.url('/f')))
    const all = take(reader, Number.POSITIVE_INFINITY)
    await asked.promise
    expect(await isSettled(all)).toBe(false)
    verdict.resolve()
    expect(sha256(await all)).toBe(sha256(body))
  })

  test('a verdict that never comes breaks the stream with HOOK within the deadline', async () => {
    const { check, asked } = endless()
    await using g = await given({ ...streaming, tiers: tiers(), check, timeouts: { deadline: '5s' } })
    g.origin.script('/f', ok(body))
    const came = read(await g.fetch(g.origin.url('/f')))
    // The bytes go through a disk that keeps no pace with a hand-turned clock.
    await asked
    expect(await turnUntil(g.clock, came, { limit: 6_000 })).toMatchObject({ code: 'HOOK' })
    expect((await came).length).toBeLessThan(body.length)
  })
})

describe('small bodies', () => {
  test.each([1, 2, 100, 70_000])('of %i bytes: not one whole body is given that was refused', async (size) => {
    await using g = await given({ ...streaming, check: boom })
    g.origin.script('/f', ok('x'.repeat(size)))
    const came = await g.fetch(g.origin.url('/f')).then(read, (error: unknown) => ({ length: 0, whole: '', code: codeOf(error) }))
    expect(came.code).toBe('REJECTED')
    expect(came.length).toBeLessThan(size)
  })

  test('an empty one: an error, not an empty success', async () => {
    await using g = await given({ ...streaming, check: boom })
    g.origin.script('/f', ok(''))
    const came = await g
      .fetch(g.origin.url('/f'))
      .then(async (response) => (response.body === null ? 'empty' : (await read(response)).code), codeOf)
    expect(came).toBe('REJECTED')
  })

  test.each([
    ['in chunks', chunked('{"ok":false}')],
    ['in gzip', gz('{"ok":false}')],
  ])('%s, by a schema', async (_, step) => {
    await using g = await given({ ...streaming, schema: good() })
    g.origin.script('/f', step)
    const came = await g.fetch(g.origin.url('/f')).then(read, (error: unknown) => ({ length: 0, code: codeOf(error) }))
    expect(came.code).toBe('REJECTED')
    expect(came.length).toBeLessThan(12)
  })
})

describe('with a version stored', () => {
  test('a page over JSON: never the whole page; the entry keeps the good one', async () => {
    await using g = await given(streaming)
    g.origin.script('/f', json({ ok: true }), page())
    await ask(g)
    await g.clock.advance(1_000)
    const came = await ask(g).catch((error: unknown) => ({ rejected: codeOf(error), text: '' }))
    expect([came.text, came.rejected]).not.toEqual([PAGE, undefined])
    expect(await ask(g, { cache: 'force-cache' })).toMatchObject({ text: '{"ok":true}' })
    expect(g.told('rejected')).toHaveLength(1)
  })

  test('bytes that were refused before break again, without the check', async () => {
    let calls = 0
    const check: CallOptions['check'] = (response) => {
      calls += 1
      if (response.headers.get('content-length') !== '2') boom()
    }
    await using g = await given({ ...streaming, check })
    g.origin.script('/f', text('v1'), text('bad bytes'))
    await ask(g)
    for (let n = 0; n < 3; n += 1) {
      await g.clock.advance(31_000)
      const came = await g.fetch(g.origin.url('/f')).then(read, (error: unknown) => ({ length: 0, code: codeOf(error) }))
      expect(came.length).toBeLessThan(9)
    }
    expect(calls).toBe(2)
  })

  test('a break in the middle and a wrong rest: DIGEST noticed before the end', async () => {
    await using g = await given({ ...streaming, retry: { attempts: 2 }, expect: { digest: `sha256:${sha256(body)}` } })
    const options = { etag: '"1"', ranges: true }
    g.origin.script('/f', cut(body, '50%', options), flip(body, -1 + body.length, options), status(404))
    const came = await read(await g.fetch(g.origin.url('/f')))
    expect([came.whole, came.code === undefined]).not.toEqual([expect.any(String), true])
    expect(came.length).toBeLessThan(body.length)
  })

  test('two readers of one refused stream: both break', async () => {
    await using g = await given({ ...streaming, check: boom })
    const late = gatedBody(body, MIB)
    g.origin.script('/f', late)
    const calls = [g.fetch(g.origin.url('/f')), g.fetch(g.origin.url('/f'))]
    const readers = Promise.all((await Promise.all(calls)).map(read))
    await late.arrived
    late.release()
    expect((await readers).map(({ code }) => code)).toEqual(['REJECTED', 'REJECTED'])
  })

  test('the error that breaks it is ours, with everything', async () => {
    await using g = await given({ ...streaming, check: boom })
    g.origin.script('/f', ok(body))
    const response = await g.fetch(g.origin.url('/f'))
    const error = await rejection(response.arrayBuffer() as Promise<unknown>)
    expect(error).toMatchObject({ code: 'REJECTED', url: g.origin.url('/f'), message: expect.stringContaining('no header') })
    expect(error.attempts).toHaveLength(1)
  })
})
