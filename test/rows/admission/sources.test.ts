import { describe, expect, test } from 'vitest'
import type { Options } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { cut, gz, hang, hangUp, ok, redirect, reset, type Step, status } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { inspected } from '../download/given.ts'
import { ask, later, text } from './judging.ts'
import { places } from './places.ts'

const body = pseudoRandom(200_000)
const right = `sha256:${sha256('right')}` as const
const bad: [string, Step, Options][] = [
  ['hangs up', hangUp(), {}],
  ['breaks off', reset('rig', 2), {}],
  ['is cut for ever', cut('right', 2), {}],
  ['answers 404', status(404, {}, 'gone'), {}],
  ['answers 410', status(410), {}],
  ['answers 403', status(403), {}],
  ['answers 500', status(500), {}],
  ['answers 503', status(503), {}],
  ['redirects in a circle', redirect('/f'), {}],
  ['has broken compression', gz('right', { truncate: -4 }), {}],
  ['has other bytes', ok('wrong'), { expect: { digest: right } }],
  ['has too few', ok('righ'), { expect: { size: 5 } }],
  ['has too many', ok('right!'), { expect: { size: 5 } }],
]

describe('the second place answers where the first', () => {
  test.each(bad)('%s', async (_, first, options) => {
    await using p = await places(first, ok('right'), { retry: { attempts: 2 }, ...options })
    const came = await turnUntil(p.g.clock, ask(p.g, { holdfast: { sources: [p.other.url('/m')] } }))
    expect(came).toEqual({ status: 200, text: 'right', outcome: 'miss' })
    expect([p.g.origin.hits() > 0, p.other.hits()]).toEqual([true, 1])
  })

  test('is not there at all', async () => {
    await using p = await places(ok('x'), ok('right'), { retry: { attempts: 2 } })
    await p.g.origin.refuse()
    expect(await ask(p.g, { holdfast: { sources: [p.other.url('/m')] } })).toMatchObject({ text: 'right', outcome: 'miss' })
  })

  test('never answers', async () => {
    await using p = await places(hang(), ok('right'), { retry: { attempts: 2 } })
    const call = ask(p.g, { holdfast: { sources: [p.other.url('/m')] } })
    expect(await turnUntil(p.g.clock, call, { step: 1_000 })).toMatchObject({ text: 'right' })
  })

  test('breaks in the middle: the digest lets the mirror go on, or all is asked of it; right bytes', async () => {
    const whole = `sha256:${sha256(body)}` as const
    await using p = await places(cut(body, '50%', { ranges: true }), ok(body, { ranges: true }), {
      retry: { attempts: 2 },
      expect: { digest: whole },
    })
    const response = await p.g.fetch(p.g.origin.url('/f'), { holdfast: { sources: [p.other.url('/m')] } })
    expect(sha256(await response.bytes())).toBe(sha256(body))
  })

  test('breaks in the middle, and the mirror has another version under the same tag: never a mixture', async () => {
    const other = pseudoRandom(200_000, 'another')
    const options = { etag: '"1"', ranges: true }
    await using p = await places(cut(body, '50%', options), ok(other, options), { retry: { attempts: 2 } })
    const response = await p.g.fetch(p.g.origin.url('/f'), { holdfast: { sources: [p.other.url('/m')] } })
    expect(sha256(await response.bytes())).toBe(sha256(other))
    for (const { headers } of p.other.requests()) expect(headers.range ?? headers['if-range']).toBeUndefined()
  })
})

describe('what the answer is', () => {
  test('a version of the URL that was asked: the next call is a hit, under the first name', async () => {
    await using p = await places(status(404), text('right'), { ttl: '1h' })
    const sources = [p.other.url('/m')]
    await ask(p.g, { holdfast: { sources } })
    expect(await ask(p.g)).toMatchObject({ text: 'right', outcome: 'hit' })
    expect([p.g.origin.hits(), p.other.hits(), await p.g.fetch.cache.has(p.other.url('/m'))]).toEqual([1, 1, false])
  })

  test('the attempts at all places, in order, each with its URL', async () => {
    await using p = await places(status(503), ok('right'), { retry: { attempts: 2 } })
    const response = await p.g.fetch(p.g.origin.url('/f'), { holdfast: { sources: [p.other.url('/m')] } })
    const { attempts } = inspected(response, 'miss')
    const [a, b] = [p.g.origin.url('/f'), p.other.url('/m')]
    expect(attempts.map(({ url, status: code }) => [url, code])).toEqual([
      [a, 503],
      [a, 503],
      [b, 200],
    ])
    await response.text()
  })

  test('the first place, while it is well: no mirror is asked', async () => {
    await using p = await places(ok('right'), ok('mirror'))
    expect(await ask(p.g, { holdfast: { sources: [p.other.url('/m')] } })).toMatchObject({ text: 'right' })
    expect(p.other.hits()).toBe(0)
  })

  test('the first place again, once it is well; its own validator is not asked of the mirror, nor the mirror’s of it', async () => {
    await using p = await places(ok('v1', { etag: '"1"' }), ok('v1', { etag: '"m"' }), { retry: false })
    const init = { holdfast: { sources: [p.other.url('/m')] } }
    await ask(p.g, init)
    p.g.origin.script('/f', status(503))
    await later(p.g)
    expect(await ask(p.g, init)).toMatchObject({ text: 'v1' })
    p.g.origin.script('/f', ok('v2', { etag: '"m"', conditional: true }))
    await later(p.g)
    expect(await ask(p.g, init)).toMatchObject({ text: 'v2', outcome: 'miss' })
    expect(p.other.requests().map(({ headers }) => headers['if-none-match'])).toEqual([undefined])
  })

  test('order: three places, the third is right', async () => {
    await using p = await places(status(404), status(500), { retry: false })
    p.other.script('/n', ok('right'))
    const sources = [p.other.url('/m'), new URL(p.other.url('/n'))]
    expect(await ask(p.g, { holdfast: { sources } })).toMatchObject({ text: 'right' })
    expect(p.other.requests().map(({ path }) => path)).toEqual(['/m', '/n'])
  })

  test('a list that names the first place itself, or one twice, asks nobody twice as often', async () => {
    await using p = await places(status(404), status(404), { retry: false })
    const sources = [p.g.origin.url('/f'), p.other.url('/m'), p.other.url('/m')]
    expect(await ask(p.g, { holdfast: { sources } })).toMatchObject({ status: 404 })
    expect([p.g.origin.hits(), p.other.hits()]).toEqual([1, 1])
  })
})
