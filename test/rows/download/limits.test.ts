import { describe, expect, test } from 'vitest'
import { type Coding, type Exchange, endless, gz, hangUp, ok, raw, redirect, type Step } from '../../helpers/origin/index.ts'
import { turnFor } from '../../helpers/turning.ts'
import { given, seen } from './given.ts'
import { ended, lives, living, promised, storeOld } from './stored.ts'

// Limits that are on without being asked for: heads, trailers, codings, redirects; and those that a caller sets.
const MIB = 1024 * 1024
const inMemory = lives.filter(({ name }) => name.endsWith('memory'))
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n'

/** The same bytes again and again, until the client has had enough. */
function without(end: string, again: string): Step {
  const piece = Buffer.from(again.repeat(Math.ceil(65_536 / again.length)))
  return async (exchange: Exchange) => {
    await exchange.write(Buffer.from(end))
    for (;;) await exchange.write(piece)
  }
}

// With the most requests that each may cost: a head that is too long never heals.
const heads: [string, Step, number][] = [
  ['100,000 fields', raw(`${HEAD}${'a: b\r\n'.repeat(100_000)}\r\nx`), 1],
  ['a field of 10 MB', raw(`${HEAD}a: ${'x'.repeat(10 * MIB)}\r\n\r\nx`), 1],
  ['a field name of 1 MB', raw(`${HEAD}${'x'.repeat(MIB)}: a\r\n\r\nx`), 1],
  ['a reason phrase of 1 MB', raw(`HTTP/1.1 200 ${'x'.repeat(MIB)}\r\nContent-Length: 1\r\n\r\nx`), 1],
  ['an endless head', without(HEAD, 'a: b\r\n'), 1],
  ['an endless line', without(`${HEAD}a: `, 'x'), 1],
  ['an endless row of hints', without('', 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n'), 6],
  ['a field with NUL', raw(`${HEAD}a: x\0y\r\n\r\nx`), 6],
  ['a line without a colon', raw(`${HEAD}no colon\r\n\r\nx`), 6],
  ['a bare CR in a field', raw(`${HEAD}a: x\ry\r\n\r\nx`), 6],
]

describe.each(inMemory)('$name', (life) => {
  test.each(heads)('%s: typed, in few requests and little memory', async (_, step, atMost) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', step)
    const before = process.memoryUsage().rss
    const { is, error } = await ended(g.fetch(g.origin.url('/f')))
    expect(is).toBe(promised(life))
    expect(['PROTOCOL', 'TOO_LARGE']).toContain(error?.code)
    expect(g.origin.hits('/f')).toBeLessThanOrEqual(atMost)
    expect((process.memoryUsage().rss - before) / MIB).toBeLessThan(100)
  })

  test('a head of 12 KiB is nothing special', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', ok('fine', { headers: { 'X-Long': 'x'.repeat(12 * 1024) } }))
    const response = await g.fetch(g.origin.url('/f'))
    expect([await response.text(), response.headers.get('x-long')?.length]).toEqual(['fine', 12 * 1024])
  })

  test.each([
    ['trailers', '5\r\nhello\r\n0\r\n', 'a: b\r\n'],
    ['chunk extensions', '5;', 'x'],
  ])('endless %s end typed', async (_, start, again) => {
    await using g = await living(life, { retry: false })
    await storeOld(g, life, '/f')
    g.origin.script('/f', without(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${start}`, again))
    const { is, error } = await ended(g.fetch(g.origin.url('/f')))
    expect([is, error?.code]).toEqual([promised(life), expect.stringMatching(/^(PROTOCOL|TOO_LARGE|TRUNCATED)$/)])
  })

  test('five codings are decoded, six are not', async () => {
    await using g = await living(life)
    const layers = (count: number): Coding[] => Array.from({ length: count }, () => 'gzip')
    for (const [count, path] of [
      [5, '/five'],
      [6, '/six'],
      [20, '/twenty'],
    ] as const) {
      await storeOld(g, life, path)
      g.origin.script(path, gz('deep down', { coding: layers(count) }))
    }
    expect(await seen(g.fetch(g.origin.url('/five')))).toMatchObject({ text: 'deep down', outcome: 'miss' })
    for (const path of ['/six', '/twenty']) {
      const { is, error } = await ended(g.fetch(g.origin.url(path)))
      expect([is, error?.code]).toEqual([promised(life), 'BAD_ENCODING'])
      expect(g.origin.hits(path)).toBeLessThanOrEqual(6)
    }
  })

  test('twenty redirects are followed, the twenty-first is not, and it is not tried again', async () => {
    await using g = await living(life)
    for (let n = 0; n < 50; n += 1) g.origin.script(`/${n}`, redirect(`/${n + 1}`))
    g.origin.script('/20', ok('there'))
    await storeOld(g, life, '/0')
    expect(await seen(g.fetch(g.origin.url('/0')))).toMatchObject({ text: 'there', outcome: 'miss' })
    g.origin.script('/20', redirect('/21'))
    await g.clock.advance(1_000)
    const before = g.origin.hits()
    const { error } = await ended(g.fetch(g.origin.url('/0')))
    expect([error?.code, g.origin.hits() - before]).toEqual(['REDIRECT', 21])
  })

  test.each<[string, string]>([
    ['of 100 KB', `/${'x'.repeat(100_000)}`],
    ['with a line end', '/a\r\nX-Injected: yes'],
    ['with a NUL', '/a\0b'],
  ])('a Location %s ends typed, and sends nothing strange', async (_, to) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', raw(`HTTP/1.1 302 Found\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`))
    g.origin.script('/a', ok('no more than this'))
    const { is, text, error } = await ended(g.fetch(g.origin.url('/f')))
    if (is === 'miss') expect(text).toBe('no more than this')
    else expect(['REDIRECT', 'PROTOCOL', 'TOO_LARGE']).toContain(error?.code)
    for (const { headers } of g.origin.requests()) expect(headers).not.toHaveProperty('x-injected')
  })

  test('an endless chunk size is no body: the silence behind it is a stall', async () => {
    await using g = await living(life, { retry: false, fallback: { after: '1h' }, timeouts: { stall: '5s' } })
    await storeOld(g, life, '/f')
    g.origin.script('/f', async (exchange) => {
      await exchange.write(Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'))
      for (;;) {
        await exchange.write(Buffer.from('0'))
        await exchange.wait(1)
      }
    })
    const call = ended(g.fetch(g.origin.url('/f')))
    await turnFor(g.clock, 5_500, 500)
    const { is, error } = await call
    expect([is, error?.code]).toEqual([promised(life), 'STALLED'])
  })

  test('an endless body ends at timeouts.total, and its connection with it', async () => {
    await using g = await living(life, { timeouts: { total: '10s' }, fallback: { after: '1h' } })
    await storeOld(g, life, '/f')
    g.origin.script('/f', async (exchange) => {
      await exchange.head(200, { 'Transfer-Encoding': 'chunked' })
      for (;;) {
        await exchange.send(Buffer.from('400\r\n'))
        await exchange.send(Buffer.alloc(1_024, 'x'))
        await exchange.send(Buffer.from('\r\n'))
        await exchange.wait(1)
      }
    })
    const call = ended(g.fetch(g.origin.url('/f')))
    await turnFor(g.clock, 10_000, 500)
    const { is, error } = await call
    expect([is, error?.code]).toEqual([promised(life), 'TIMEOUT'])
    expect(await g.origin.requests('/f')[0]?.ended).toBe('client-gone')
  })
})

test.each(['chunked', 'close'] as const)('an endless body (%s) ends at the size that the caller expects', async (framing) => {
  await using g = await given()
  g.origin.script('/f', endless(Buffer.alloc(65_536, 'x'), framing))
  await g.fetch.put(g.origin.url('/f'), new Response('of another size'))
  const { is, error } = await ended(g.fetch(g.origin.url('/f'), { holdfast: { expect: { size: MIB } } }))
  // What is stored is not of that size, and so is nothing to fall back to.
  expect([is, error?.code]).toEqual(['rejected', 'TOO_LARGE'])
  const sent = g.origin.requests('/f').reduce((sum, { bytesSent }) => sum + bytesSent, 0)
  expect(sent / MIB).toBeLessThan(6 * 8)
})

test('attempts are finite by default: a host that hangs up for ever is asked six times', async () => {
  await using g = await given()
  g.origin.script('/f', hangUp())
  expect(await seen(g.fetch(g.origin.url('/f')))).toEqual({ rejected: 'CONNECT' })
  expect(g.origin.hits()).toBe(6)
})
