import { describe, expect, test } from 'vitest'
import { early, lyingKeepAlive, ok, poison, raw, type Step, shortLength, surplus } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { given, inspected, rejection, seen } from './given.ts'
import { ended, lives, living, promised, storeOld } from './stored.ts'

// T06, T21, T22, T23: more on a connection than was asked for, less of it than was promised, and much before the answer.
const POISON = 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\nCache-Control: max-age=600\r\n\r\npoisoned'

const dirty: [string, Step][] = [
  ['64 bytes of rubbish', surplus('first', Buffer.alloc(64, 'x'))],
  ['a whole second answer', surplus('first', POISON)],
  ['a second answer at once', poison('first')],
  ['a second answer 50 ms later', poison('first', { afterMs: 50 })],
  ['a body longer than it says', shortLength(`first${POISON}`, 5)],
  ['a second answer behind an empty one', surplus('', POISON)],
  ['a second answer behind a 204', raw(`HTTP/1.1 204 No Content\r\n\r\n${POISON}`, 'keep')],
  [
    'a second answer behind chunks',
    raw(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n${POISON}`, 'keep'),
  ],
]

describe.each(lives)('$name', (life) => {
  test.each(dirty)('%s: no URL ever has it', async (_, step) => {
    await using g = await living(life, { ttl: '1h' })
    g.origin.script('/dirty', step)
    for (let n = 0; n < 4; n += 1) {
      const path = `/clean-${n}`
      await storeOld(g, life, path)
      g.origin.script(path, ok(`clean ${n}`))
      const first = await ended(g.fetch(g.origin.url('/dirty'), { cache: 'reload' }))
      expect([undefined, 'first', '']).toContain(first.text)
      // The late answer lies on the idle connection by now.
      if (_.includes('50 ms')) await g.origin.requests('/dirty').at(-1)?.ended
      await rounds()
      expect(await seen(g.fetch(g.origin.url(path), { cache: 'no-cache' }))).toMatchObject({ status: 200, text: `clean ${n}` })
      expect(await seen(g.fetch(g.origin.url(path)))).toMatchObject({ text: `clean ${n}`, outcome: 'hit' })
    }
  })
})

test('a connection with surplus on it is not used again', async () => {
  await using g = await given()
  g.origin.script('/dirty', surplus('first', POISON))
  g.origin.script('/clean', ok('clean'))
  await seen(g.fetch(g.origin.url('/dirty')))
  await rounds()
  await seen(g.fetch(g.origin.url('/clean')))
  const [dirtyOne, clean] = g.origin.requests()
  expect(clean?.connection).not.toBe(dirtyOne?.connection)
})

test('a server that closes what it promised to keep: 1,000 calls, one more request each at most, and no attempt spent', async () => {
  await using g = await given({ retry: false })
  g.origin.script('/f', lyingKeepAlive('fine'))
  for (let n = 0; n < 1_000; n += 1) {
    const response = await g.fetch(g.origin.url('/f'))
    expect(await response.text()).toBe('fine')
  }
  expect(g.origin.hits()).toBeLessThanOrEqual(2_000)
})

test.each([
  ['POST', 1],
  ['PATCH', 1],
  ['PUT', 2],
  ['DELETE', 2],
])('a used connection that is closed under a %s: sent %i times at most', async (method, atMost) => {
  await using g = await given()
  g.origin.script('/warm', ok('warm'))
  // Read, and then closed without a word: from outside it cannot be told whether the request was acted upon.
  // What may be sent again by its own meaning (RFC 9110, section 9.2.2) is sent once more, on a new connection.
  g.origin.script('/f', (exchange) => exchange.destroy())
  for (let n = 0; n < 5; n += 1) {
    await seen(g.fetch(g.origin.url('/warm')))
    const before = g.origin.hits('/f')
    const error = await rejection(g.fetch(g.origin.url('/f'), { method, body: 'pay 10' }))
    expect(error.code).toBe('CONNECT')
    expect(g.origin.hits('/f') - before).toBeLessThanOrEqual(atMost)
  }
})

describe.each(lives.filter(({ name }) => name.endsWith('memory')))('$name', (life) => {
  test.each([103, 100, 102])('200 informational answers (%i), then the real one', async (code) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', early(200, ok('fine'), code))
    const response = await g.fetch(g.origin.url('/f'))
    expect([response.status, await response.text(), response.headers.get('link')]).toEqual([200, 'fine', null])
    inspected(response, 'miss')
  })

  test('100,000 of them: right or typed, in bounded memory', async () => {
    await using g = await living(life, { retry: false })
    await storeOld(g, life, '/f')
    g.origin.script('/f', early(100_000, ok('fine')))
    const before = process.memoryUsage().rss
    const { is, text, error } = await ended(g.fetch(g.origin.url('/f')))
    if (is === 'miss') expect(text).toBe('fine')
    else expect([is, error?.code]).toEqual([promised(life), expect.stringMatching(/^(PROTOCOL|TOO_LARGE|TIMEOUT)$/)])
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(100)
  })

  test('a 101 that nobody asked for is no answer', async () => {
    await using g = await living(life, { retry: false })
    await storeOld(g, life, '/f')
    g.origin.script('/f', raw('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nx', 'keep'))
    expect(await ended(g.fetch(g.origin.url('/f')))).toMatchObject({ is: promised(life), error: { code: 'PROTOCOL' } })
  })
})
