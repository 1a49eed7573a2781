import { createHash } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import {
  cut,
  flip,
  gz,
  hang,
  hangUp,
  type Origin,
  ok,
  redirect,
  retryLater,
  type Step,
  stall,
  startOrigin,
  status,
} from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { die, given, inspected, seen } from './given.ts'
import { ended, lives, living, promised, storeOld } from './stored.ts'

// `sources`: other places of the same bytes, asked when the first gives up, under the same checks.
const body = pseudoRandom(200_000)
const other = pseudoRandom(200_000, 'other')
const strong = { etag: '"1"', ranges: true }

async function mirror(): Promise<Origin> {
  const origin = await startOrigin()
  onTestFinished(async () => {
    origin.kill()
    await origin.close()
  })
  return origin
}

const troubles: [string, Step][] = [
  ['503', status(503)],
  ['a hang-up', hangUp()],
  ['a hang', hang()],
  ['a cut', cut(body, '50%')],
  ['a stall', stall(body, '50%')],
  ['half a gzip', gz(body, { truncate: '50%' })],
  ['a wrong bit under a digest', flip(body, 9, { digest: 'Repr-Digest' })],
  ['a redirect loop', redirect('/f')],
  ['a wait that is too long', retryLater('86400')],
]

describe.each(lives.filter(({ name }) => name.endsWith('memory')))('$name', (life) => {
  test.each(troubles)('%s at the first: the second is asked, and its bytes are the entry of the first', async (_, step) => {
    await using g = await living(life, { retry: 2, fallback: { after: '1h' }, timeouts: { stall: '2s', headers: '2s' } })
    const second = await mirror()
    await storeOld(g, life, '/f')
    g.origin.script('/f', step)
    second.script('/g', ok(body, strong))
    const response = await turnUntil(g.clock, g.fetch(g.origin.url('/f'), { holdfast: { sources: [second.url('/g')] } }), {
      step: 20,
    })
    expect(sha256(await response.bytes())).toBe(sha256(body))
    expect(inspected(response, 'miss').attempts.at(-1)).toMatchObject({ url: second.url('/g'), status: 200 })
    expect(second.hits()).toBe(1)
    const stored = await g.fetch(g.origin.url('/f'), { cache: 'only-if-cached', mode: 'same-origin' })
    expect(sha256(await stored.bytes())).toBe(sha256(body))
    expect(await g.fetch.cache.has(second.url('/g'))).toBe(false)
  })

  test('nobody has it: the error with the attempts at each, or the version', async () => {
    await using g = await living(life, { retry: 2 })
    const [second, third] = [await mirror(), await mirror()]
    await storeOld(g, life, '/f')
    g.origin.script('/f', hangUp())
    second.script('/g', cut(body, '50%'))
    third.script('/h', garbageOf())
    const sources = [second.url('/g'), new URL(third.url('/h'))]
    const { is, error } = await ended(g.fetch(g.origin.url('/f'), { holdfast: { sources } }))
    expect(is).toBe(promised(life))
    expect(error?.url).toBe(g.origin.url('/f'))
    expect(new Set(error?.attempts.map(({ url }) => url))).toEqual(
      new Set([g.origin.url('/f'), second.url('/g'), third.url('/h')]),
    )
  })

  test('a mirror that would give other bytes is held to the digest', async () => {
    await using g = await living(life, { retry: 2 })
    const [second, third] = [await mirror(), await mirror()]
    await storeOld(g, life, '/f')
    g.origin.script('/f', status(503))
    second.script('/g', ok(other))
    third.script('/h', ok(body))
    const integrity = `sha256-${createHash('sha256').update(body).digest('base64')}`
    const init = { integrity, holdfast: { sources: [second.url('/g'), third.url('/h')] } }
    expect(sha256(await (await g.fetch(g.origin.url('/f'), init)).bytes())).toBe(sha256(body))
  })

  test('a part of the first is not gone on with at the second under the same tag', async () => {
    await using g = await living(life, { retry: 2 })
    const second = await mirror()
    await storeOld(g, life, '/f')
    g.origin.script('/f', cut(body, '50%', strong), hangUp())
    second.script('/g', ok(other, strong))
    const response = await g.fetch(g.origin.url('/f'), { holdfast: { sources: [second.url('/g')] } })
    expect(sha256(await response.bytes())).toBe(sha256(other))
  })

  test('a 404 of the first is an answer', async () => {
    await using g = await living(life)
    const second = await mirror()
    await storeOld(g, life, '/f')
    g.origin.script('/f', status(404, {}, 'no'))
    second.script('/g', ok(body))
    const { status: code } = await seen(g.fetch(g.origin.url('/f'), { holdfast: { sources: [second.url('/g')] } }))
    expect([200, 404]).toContain(code)
    expect(g.origin.hits()).toBe(1)
  })
})

function garbageOf(): Step {
  return async (exchange) => {
    await exchange.write(Buffer.from('no http\r\n\r\n'))
    exchange.destroy()
  }
}

test('a first that answers is the only one that is asked', async () => {
  await using g = await given()
  const second = await mirror()
  g.origin.script('/f', ok(body))
  await g.fetch(g.origin.url('/f'), { holdfast: { sources: [second.url('/g')] } })
  expect(second.hits()).toBe(0)
})

test('secrets that were meant for the first are not sent to the second', async () => {
  await using g = await given({ retry: false, credentialHeaders: ['Authorization', 'Cookie', 'X-API-Key', 'X-Tenant'] })
  const second = await mirror()
  second.script('/g', ok(body))
  await die(g.origin)
  const headers = { Authorization: 'canary', Cookie: 'canary', 'X-API-Key': 'canary', 'X-Tenant': 'canary', 'X-Plain': 'plain' }
  const init = { headers, holdfast: { sources: [second.url('/g')] } }
  expect(sha256(await (await g.fetch(g.origin.url('/f'), init)).bytes())).toBe(sha256(body))
  expect(second.requests()[0]?.rawHeaders.join()).not.toContain('canary')
  expect(second.requests()[0]?.headers).toMatchObject({ 'x-plain': 'plain' })
})

test('the validator of the first is not a condition for the second', async () => {
  await using g = await given({ retry: false })
  const second = await mirror()
  g.origin.script('/f', ok(body, strong), status(503))
  second.script('/g', ok(other, { etag: '"1"', conditional: true }))
  await g.fetch(g.origin.url('/f'))
  await g.clock.advance(1_000)
  const response = await g.fetch(g.origin.url('/f'), { holdfast: { sources: [second.url('/g')] } })
  expect(sha256(await response.bytes())).toBe(sha256(other))
})

test.each(['', 'no url', 'ftp://127.0.0.1/x', 'file:///etc/passwd'])(
  '%j is no source: a TypeError, before anything is asked',
  async (source) => {
    await using g = await given()
    g.origin.script('/f', ok(body))
    const told = await g.fetch(g.origin.url('/f'), { holdfast: { sources: [source] } }).catch((error: unknown) => error)
    expect(told).toBeInstanceOf(TypeError)
    expect(g.origin.hits()).toBe(0)
  },
)

test('an abort ends it at whichever it is, and none of the others is asked', async () => {
  await using g = await given({ retry: false })
  const [second, third] = [await mirror(), await mirror()]
  g.origin.script('/f', status(503))
  second.script('/g', hang())
  third.script('/h', ok(body))
  const controller = new AbortController()
  const init = { signal: controller.signal, holdfast: { sources: [second.url('/g'), third.url('/h')] } }
  const call = seen(g.fetch(g.origin.url('/f'), init))
  while (second.hits() === 0) await new Promise((resolve) => setImmediate(resolve))
  controller.abort()
  expect(await call).toEqual({ rejected: 'AbortError' })
  await g.fetch.idle()
  expect(third.hits()).toBe(0)
})
