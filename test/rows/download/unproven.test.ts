import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { chunked, closeDelimited, gz, ok, type Step, status } from '../../helpers/origin/index.ts'
import { given, inspected, rejection } from './given.ts'

// T04, T20: what ends with its connection may be half of what was meant. It is kept with that mark, and takes nobody's place.
const body = pseudoRandom(100_000)
const half = closeDelimited(body, { cutAt: '50%' })

const framings: [string, Step, boolean][] = [
  ['a length', ok(body), true],
  ['chunks', chunked(body), true],
  ['an empty body with a length', ok(''), true],
  ['no body by its status', status(204), true],
  ['the end of the connection', closeDelimited(body), false],
  ['the end of the connection, cut', half, false],
  ['an empty body that ends with the connection', closeDelimited(''), false],
  ['gzip under a length', gz(body), true],
  ['gzip in chunks', gz(body, { framing: 'chunked' }), true],
]
test.each(framings)('%s: proven tells it', async (_, step, proven) => {
  await using g = await given()
  g.origin.script('/f', step)
  const response = await g.fetch(g.origin.url('/f'))
  const { version, warnings } = inspected(response, 'miss')
  expect([version.proven, warnings.length > 0]).toEqual([proven, !proven])
})

test.each(['gzip', 'deflate', 'br', 'zstd'] as const)(
  '%s until the end of the connection is proven by its own end',
  async (coding) => {
    await using g = await given()
    g.origin.script('/f', gz(body, { coding, framing: 'close' }))
    const response = await g.fetch(g.origin.url('/f'))
    expect(sha256(await response.bytes())).toBe(sha256(body))
    expect(inspected(response, 'miss').version.proven).toBe(true)
  },
)

test('a digest that the caller knows proves it, and refuses half of it', async () => {
  await using g = await given({ retry: false })
  const integrity = `sha256-${createHash('sha256').update(body).digest('base64')}`
  g.origin.script('/f', closeDelimited(body))
  g.origin.script('/half', half)
  expect(inspected(await g.fetch(g.origin.url('/f'), { integrity }), 'miss').version.proven).toBe(true)
  expect((await rejection(g.fetch(g.origin.url('/half'), { integrity }))).code).toBe('DIGEST')
})

describe('where only an unproven version is stored', () => {
  test('a proven one takes its place', async () => {
    await using g = await given()
    g.origin.script('/f', half, ok(body))
    await g.fetch(g.origin.url('/f'))
    const response = await g.fetch(g.origin.url('/f'))
    expect(sha256(await response.bytes())).toBe(sha256(body))
    expect(inspected(response, 'miss').version.proven).toBe(true)
  })

  test('a newer unproven one takes its place, and the mark stays', async () => {
    await using g = await given()
    g.origin.script('/f', closeDelimited('one'), closeDelimited('two'))
    await g.fetch(g.origin.url('/f'))
    const response = await g.fetch(g.origin.url('/f'))
    expect([await response.text(), inspected(response, 'miss').version.proven]).toEqual(['two', false])
  })

  test('it is better than nothing when the origin dies', async () => {
    await using g = await given({ retry: false })
    g.origin.script('/f', closeDelimited('not proven'), status(503))
    await g.fetch(g.origin.url('/f'))
    await g.clock.advance(1_000)
    const response = await g.fetch(g.origin.url('/f'))
    expect([await response.text(), inspected(response, 'fallback').version.proven]).toEqual(['not proven', false])
  })

  test('a hit tells it too', async () => {
    await using g = await given({ ttl: '1h' })
    g.origin.script('/f', half)
    for (const outcome of ['miss', 'hit'] as const) {
      expect(inspected(await g.fetch(g.origin.url('/f')), outcome).version.proven).toBe(false)
    }
  })
})

test('a transport that does not show its framing proves nothing, but what it lets through is served', async () => {
  const shown = async (): Promise<Response> => new Response('from elsewhere')
  await using g = await given({ fetch: shown })
  const response = await g.fetch(g.origin.url('/f'))
  expect([await response.text(), inspected(response, 'miss').version.proven]).toEqual(['from elsewhere', false])
})
