import { describe, expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { bomb, chunked, closeDelimited, endless, gz, ok, type Step } from '../../helpers/origin/index.ts'
import { given, rejection, seen } from '../download/given.ts'
import { ask, fallen } from './judging.ts'

const MIB = 1024 * 1024
const body = pseudoRandom(100_000)

describe('expect.size', () => {
  const framings: [string, (bytes: Uint8Array) => Step][] = [
    ['a length', ok],
    ['chunks', chunked],
    ['closing', closeDelimited],
    ['gzip', gz],
  ]
  describe.each(framings)('framed by %s', (_, framed) => {
    test('just so long: taken', async () => {
      await using g = await given({ expect: { size: body.length } })
      g.origin.script('/f', framed(body))
      const response = await g.fetch(g.origin.url('/f'))
      expect(sha256(await response.bytes())).toBe(sha256(body))
    })

    test.each([1, 50_000, 99_999])('longer than %i bytes: TOO_LARGE, asked once', async (size) => {
      await using g = await given({ expect: { size } })
      g.origin.script('/f', framed(body))
      const { code, attempts } = await rejection(g.fetch(g.origin.url('/f')))
      expect([code, attempts.length, g.origin.hits()]).toEqual(['TOO_LARGE', 1, 1])
    })

    test.each([100_001, 10 * MIB])('shorter than %i bytes: an error, tried again, and taken when it is whole', async (size) => {
      await using g = await given({ expect: { size }, retry: { attempts: 2 } })
      const whole = pseudoRandom(size)
      g.origin.script('/f', framed(body), framed(whole))
      const response = await g.fetch(g.origin.url('/f'))
      expect(sha256(await response.bytes())).toBe(sha256(whole))
      expect(g.origin.hits()).toBe(2)
    })
  })

  test('shorter for ever, with nothing stored: TRUNCATED', async () => {
    await using g = await given({ expect: { size: 200_000 }, retry: { attempts: 2 } })
    g.origin.script('/f', ok(body))
    expect(await ask(g)).toEqual({ rejected: 'TRUNCATED' })
  })

  test.each([
    ['in chunks', endless(Buffer.alloc(64 * 1024))],
    ['until it closes', endless(Buffer.alloc(64 * 1024), 'close')],
    ['as a bomb of gzip', bomb(1024 * MIB)],
  ])('an endless body %s is left at once', async (kind, step) => {
    await using g = await given({ expect: { size: 1_000 } })
    g.origin.script('/f', step)
    expect(await ask(g)).toEqual({ rejected: 'TOO_LARGE' })
    // A bomb is small on the wire: all of it may have left before it is noticed.
    expect(await g.origin.requests('/f')[0]?.ended).toMatch(kind === 'as a bomb of gzip' ? /kept|client-gone/ : /client-gone/)
    expect(g.origin.hits()).toBe(1)
  })

  test('a declared length that is too long is refused before its body comes', async () => {
    await using g = await given({ expect: { size: 1_000 } })
    g.origin.script('/f', ok(pseudoRandom(20 * MIB)))
    expect(await ask(g)).toEqual({ rejected: 'TOO_LARGE' })
    expect(g.origin.requests('/f')[0]?.bytesSent).toBeLessThan(5 * MIB)
  })

  test('0: an empty body, and nothing else', async () => {
    await using g = await given({ expect: { size: 0 } })
    g.origin.script('/f', ok(''), ok('x'))
    expect(await ask(g)).toMatchObject({ status: 200, text: '' })
    await g.clock.advance(1_000)
    expect(await fallen(g)).toMatchObject({ text: '', code: 'TOO_LARGE' })
  })

  test('a version stored of another size is no hit and no fallback', async () => {
    await using g = await given({ ttl: '1h', retry: false })
    g.origin.script('/f', ok('12345'), ok('1234567'))
    await ask(g)
    const init = { holdfast: { expect: { size: 7 } } }
    expect(await ask(g, init)).toMatchObject({ text: '1234567', outcome: 'miss' })
    expect(await ask(g, init)).toMatchObject({ text: '1234567', outcome: 'hit' })
    await g.origin.refuse()
    g.origin.kill()
    expect(await ask(g, { holdfast: { expect: { size: 9 } } })).toEqual({ rejected: 'CONNECT' })
  })

  test('a transient answer is held against it too', async () => {
    await using g = await given({ expect: { size: 7 }, retry: false })
    g.origin.script('/f', ok('12345', { headers: { 'Cache-Control': 'no-store' } }))
    expect((await seen(g.fetch(g.origin.url('/f')))).rejected).toMatch(/^(TRUNCATED|DIGEST)$/)
  })

  test('HEAD and a part say nothing of it', async () => {
    await using g = await given({ expect: { size: 7 } })
    g.origin.script('/f', ok('1234567', { ranges: true }))
    expect(await ask(g, { method: 'HEAD' })).toMatchObject({ status: 200 })
    expect(await ask(g, { headers: { Range: 'bytes=0-1' } })).toMatchObject({ status: 206, text: '12' })
  })
})
