import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { cut, gz, type Origin, ok, reset, type Step, stall, startOrigin } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { given, inspected, seen } from './given.ts'
import { ended, lives, living, OLD, promised } from './stored.ts'
import { certificate, trust } from './trusted.ts'

// T19, T20: certificates that are wrong are never tried again; a body that breaks under TLS is a body that breaks.
const good = await certificate()
const wrongName = await certificate({ name: 'DNS:somewhere.else.example' })
const expired = await certificate({ days: -1 })
const body = pseudoRandom(200_000)
const strong = { etag: '"1"', ranges: true }
const inMemory = lives.filter(({ name }) => name.endsWith('memory'))

async function secure(tls: typeof good): Promise<Origin> {
  const origin = await startOrigin(tls && { tls })
  onTestFinished(() => origin.close())
  return origin
}

describe.skipIf(!good).each(inMemory)('$name', (life) => {
  test.each([
    ['of nobody', good, false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['for another name', wrongName, true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['that has expired', expired, true, 'CERT_HAS_EXPIRED'],
  ])('a certificate %s: TLS, one attempt, nothing asked, nothing over http', async (_, shown, believed, reason) => {
    if (believed && shown) trust(shown)
    const origin = await secure(shown)
    await using g = await living(life)
    origin.script('/f', ok('secret'))
    if (life.cached) await g.fetch.put(origin.url('/f'), new Response(OLD))
    const { is, error } = await ended(g.fetch(origin.url('/f')))
    expect([is, error?.code, error?.attempts.length]).toEqual([promised(life), 'TLS', 1])
    expect(inspect(error?.cause, { depth: 9 })).toContain(reason)
    expect(origin.hits()).toBe(0)
  })

  test('a connection that is reset in the middle of the handshake is transient', async () => {
    let tries = 0
    const server = net.createServer((socket) => {
      tries += 1
      socket.on('error', () => {})
      socket.once('data', () => socket.resetAndDestroy())
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void server.close())
    await using g = await living(life)
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/f`
    if (life.cached) await g.fetch.put(url, new Response(OLD))
    const { is, error } = await ended(g.fetch(url))
    expect([is, tries]).toEqual([promised(life), 6])
    expect(['CONNECT', 'TLS']).toContain(error?.code)
  })

  test('plain text where TLS was expected', async () => {
    await using g = await living(life)
    const url = g.origin.url('/f').replace('http:', 'https:')
    if (life.cached) await g.fetch.put(url, new Response(OLD))
    const { is, error } = await ended(g.fetch(url))
    expect([is, error?.code, error?.attempts.length]).toEqual([promised(life), 'TLS', 1])
    // OpenSSL ends its words with a line break.
    expect(error?.message.split('\n')).toHaveLength(1)
    expect(g.origin.hits()).toBe(0)
  })

  test.each<[string, Step]>([
    ['cut', cut(body, '50%', strong)],
    ['reset', reset(body, '50%', strong)],
  ])('a body that is %s under TLS is resumed; for ever it is TRUNCATED', async (_, step) => {
    if (good) trust(good)
    const origin = await secure(good)
    await using g = await living(life)
    for (const path of ['/once', '/never']) {
      if (life.cached) await g.fetch.put(origin.url(path), new Response(OLD))
      origin.script(path, step, ...(path === '/once' ? [ok(body, strong)] : []))
    }
    const response = await g.fetch(origin.url('/once'))
    expect(sha256(await response.bytes())).toBe(sha256(body))
    expect(inspected(response, 'miss').version.proven).toBe(true)
    const { is, error } = await ended(g.fetch(origin.url('/never')))
    expect([is, error?.code]).toEqual([promised(life), 'TRUNCATED'])
  })

  test('a coded body without a length that breaks off is never a short text', async () => {
    if (good) trust(good)
    const origin = await secure(good)
    await using g = await living(life)
    if (life.cached) await g.fetch.put(origin.url('/f'), new Response(OLD))
    origin.script('/f', gz('text '.repeat(10_000), { framing: 'close', truncate: '50%' }))
    const { is, error } = await ended(g.fetch(origin.url('/f')))
    expect([is, error?.code]).toEqual([promised(life), 'BAD_ENCODING'])
  })
})

test.skipIf(!good)('a body that ends with the TCP connection, with or without the end of TLS, is told as unproven', async () => {
  if (good) trust(good)
  const origin = await secure(good)
  await using g = await given()
  const open =
    (end: 'properly' | 'abruptly'): Step =>
    async (exchange) => {
      await exchange.head(200, { Connection: 'close' })
      await exchange.send(body.subarray(0, 100_000))
      // Until the bytes have come: a close in their back may take them along.
      await rounds(50)
      if (end === 'properly') exchange.closeAfter()
      else exchange.destroy()
    }
  for (const end of ['properly', 'abruptly'] as const) {
    origin.script(`/${end}`, open(end))
    const { is, error } = await ended(g.fetch(origin.url(`/${end}`)))
    if (is === 'miss') {
      const stored = await g.fetch(origin.url(`/${end}`), { cache: 'force-cache' })
      expect(inspected(stored, 'hit').version.proven).toBe(false)
    } else expect(['TRUNCATED', 'UNPROVEN']).toContain(error?.code)
  }
})

test.skipIf(!good)('http to a port that speaks TLS: PROTOCOL or CONNECT, never bytes', async () => {
  const origin = await secure(good)
  await using g = await given({ retry: false })
  const { rejected } = await seen(g.fetch(origin.url('/f').replace('https:', 'http:')))
  expect(['PROTOCOL', 'CONNECT']).toContain(rejected)
})

test.skipIf(!good)('a stall under TLS is given up as any other, and its connection is closed', async () => {
  if (good) trust(good)
  const origin = await secure(good)
  await using g = await given({ retry: false, timeouts: { stall: '1s' } })
  origin.script('/f', stall(body, 1_000, strong))
  const call = seen(g.fetch(origin.url('/f')))
  while (origin.requests('/f')[0]?.bytesSent !== 1_000) await rounds()
  await g.clock.advance(1_000)
  expect(await call).toEqual({ rejected: 'STALLED' })
  expect(await origin.requests('/f')[0]?.ended).toBe('client-gone')
})
