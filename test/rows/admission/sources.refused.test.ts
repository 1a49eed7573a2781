import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Options } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { gatedBody, hang, ok, type Step, status } from '../../helpers/origin/index.ts'
import { isSettled, rounds, turnUntil } from '../../helpers/turning.ts'
import { inspected, rejection } from '../download/given.ts'
import { readerOf, take } from '../download/reading.ts'
import { ask, good, json, later, page } from './judging.ts'
import { places } from './places.ts'

const onlyRight: Options['check'] = async (response) => {
  if ((await response.text()) !== 'right') throw new Error('not the right one')
}
const right = `sha256:${sha256('right')}` as const

const refusing: [string, Step, Step, Options, string][] = [
  ['a check', ok('wrong'), ok('right'), { check: onlyRight }, 'right'],
  ['a schema', json({ ok: false }), json({ ok: true }), { schema: good() }, '{"ok":true}'],
  ['a digest', ok('wrong'), ok('right'), { expect: { digest: right }, retry: false }, 'right'],
]

describe.each([
  ['memory', () => [memory()]],
  ['sqlite', () => [sqlite(':memory:')]],
  ['both', () => [memory(), sqlite(':memory:')]],
] as const)('a 200 of the first place that is refused; %s', (_, tiers) => {
  test.each(refusing)(
    'by %s: the next place is asked, and its answer is the version',
    async (_by, first, mirror, options, text) => {
      await using p = await places(first, mirror, { tiers: tiers(), ttl: '1h', ...options })
      const sources = [p.other.url('/m')]
      expect(await ask(p.g, { holdfast: { sources } })).toEqual({ status: 200, text, outcome: 'miss' })
      expect([p.g.origin.hits(), p.other.hits()]).toEqual([1, 1])
      expect(await ask(p.g, { holdfast: { sources } })).toMatchObject({ text, outcome: 'hit' })
    },
  )

  test('by a guard, over a version before', async () => {
    await using p = await places(page(), json({ a: 2 }), { tiers: tiers() })
    await p.g.fetch.put(p.g.origin.url('/f'), Response.json({ a: 1 }))
    await later(p.g)
    expect(await ask(p.g, { holdfast: { sources: [p.other.url('/m')] } })).toMatchObject({ text: '{"a":2}', outcome: 'miss' })
    expect(p.g.told('rejected')).toHaveLength(1)
    const versions = await p.g.fetch.entry(p.g.origin.url('/f')).versions({ limit: 0 })
    expect(versions.map(({ labels }) => labels)).toEqual([[], ['failed'], []])
  })

  test('by both: REJECTED with the reasons of both, and all attempts', async () => {
    const check: Options['check'] = async (response) => {
      throw new Error(`no ${await response.text()}`)
    }
    await using p = await places(ok('one'), ok('two'), { tiers: tiers(), check })
    const [a, b] = [p.g.origin.url('/f'), p.other.url('/m')]
    const error = await rejection(p.g.fetch(a, { holdfast: { sources: [b] } }))
    expect(error).toMatchObject({ code: 'REJECTED', message: expect.stringMatching(/no one; no two/) })
    expect(error.attempts.map(({ url }) => url)).toEqual([a, b])
    expect(p.g.told('rejected').map(({ reason }) => reason)).toEqual(['no one', 'no two'])
  })

  test('and the second place gives nothing: the refusal is told, or the version before is given', async () => {
    await using p = await places(ok('wrong'), status(404), { tiers: tiers(), check: onlyRight })
    const init = { holdfast: { sources: [p.other.url('/m')] } }
    expect(await rejection(p.g.fetch(p.g.origin.url('/f'), init))).toMatchObject({ code: 'REJECTED' })
    await p.g.fetch.put(p.g.origin.url('/f'), new Response('right'))
    await later(p.g)
    expect(await ask(p.g, init)).toMatchObject({ text: 'right', outcome: 'fallback' })
  })

  test('the same bytes at both: the check is asked once', async () => {
    let asked = 0
    const check: Options['check'] = () => {
      asked += 1
      throw new Error('no')
    }
    await using p = await places(ok('wrong'), ok('wrong'), { tiers: tiers(), check })
    expect(await ask(p.g, { holdfast: { sources: [p.other.url('/m')] } })).toEqual({ rejected: 'REJECTED' })
    expect([asked, p.other.hits()]).toEqual([1, 1])
  })

  test('a check that never ends is no refusal: HOOK, and no other place is asked', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>()
    const check = (): Promise<void> => {
      resolve()
      return new Promise(() => undefined)
    }
    await using p = await places(ok('one'), ok('two'), { tiers: tiers(), check, timeouts: { deadline: '5s' } })
    const call = ask(p.g, { holdfast: { sources: [p.other.url('/m')] } })
    await asked
    expect(await turnUntil(p.g.clock, call)).toEqual({ rejected: 'HOOK' })
    expect(p.other.hits()).toBe(0)
  })
})

test('one deadline for all places: who has spent it at the first has none for the others', async () => {
  await using p = await places(hang(), hang(), { timeouts: { headers: '1h', deadline: '10s' } })
  const started = p.g.clock.monotonic()
  const call = p.g.fetch(p.g.origin.url('/f'), { holdfast: { sources: [p.other.url('/m')] } })
  expect(await turnUntil(p.g.clock, rejection(call))).toMatchObject({ code: 'TIMEOUT' })
  expect(p.g.clock.monotonic() - started).toBeLessThanOrEqual(10_300)
  expect(p.other.hits()).toBe(0)
})

test('what is left of the deadline is the second place’s', async () => {
  await using p = await places(hang(), hang(), { retry: false, timeouts: { headers: '6s', deadline: '10s' } })
  const started = p.g.clock.monotonic()
  const call = p.g.fetch(p.g.origin.url('/f'), { holdfast: { sources: [p.other.url('/m')] } })
  const error = await turnUntil(p.g.clock, rejection(call))
  expect(error.attempts).toHaveLength(2)
  expect(p.g.clock.monotonic() - started).toBeLessThanOrEqual(10_300)
})

describe('handed out while it arrives', () => {
  const body = pseudoRandom(300_000)
  const other = pseudoRandom(300_000, 'other')
  const streaming = { delivery: 'streaming' } as const

  test('the first breaks for good: who has read nothing yet has the mirror’s, who has read sees a break', async () => {
    const late = gatedBody(body, 100_000)
    await using p = await places(late, ok(other), { ...streaming, retry: false })
    const init = { holdfast: { sources: [p.other.url('/m')] } }
    const responses = await Promise.all([0, 1].map(() => p.g.fetch(p.g.origin.url('/f'), init)))
    const [mine, theirs] = responses as [Response, Response]
    const reader = readerOf(mine)
    await take(reader, 1)
    await p.g.origin.refuse()
    p.g.origin.kill()
    while (p.other.hits() === 0) await rounds()
    expect(sha256(await theirs.bytes())).toBe(sha256(other))
    await expect(take(reader, Number.POSITIVE_INFINITY)).rejects.toMatchObject({ code: 'TRUNCATED' })
    expect(p.g.origin.hits()).toBe(1)
  })

  test('the first is refused at its end: who has read nothing yet has the mirror’s', async () => {
    const check: Options['check'] = async (response) => {
      if (sha256(await response.bytes()) !== sha256(other)) throw new Error('not this one')
    }
    await using p = await places(ok(body), ok(other), { ...streaming, check })
    const init = { holdfast: { sources: [p.other.url('/m')] } }
    const response = await p.g.fetch(p.g.origin.url('/f'), init)
    await p.g.fetch.idle()
    expect(sha256(await response.bytes())).toBe(sha256(other))
    const error = await rejection(
      p.g.fetch(p.g.origin.url('/f'), { ...init, cache: 'reload' }).then(async (again) => {
        const reader = readerOf(again)
        await take(reader, 1)
        return take(reader, Number.POSITIVE_INFINITY)
      }),
    )
    expect(error.code).toBe('REJECTED')
  })

  test('who comes while the mirror is asked follows the mirror', async () => {
    const late = gatedBody(other, 100_000)
    const early = gatedBody(body, 100_000)
    await using p = await places(early, late, { ...streaming, retry: false })
    const init = { holdfast: { sources: [p.other.url('/m')] } }
    const first = await p.g.fetch(p.g.origin.url('/f'), init)
    await p.g.origin.refuse()
    p.g.origin.kill()

    await late.arrived

    const second = await p.g.fetch(p.g.origin.url('/f'), init)

    const both = Promise.all([first.bytes(), second.bytes()])
    expect(await isSettled(both)).toBe(false)

    late.release()
    expect((await both).map(sha256)).toEqual([sha256(other), sha256(other)])
    expect(p.other.hits()).toBe(1)
  })

  test('nobody has it: the streams of those who wait break, they do not hang', async () => {
    const early = gatedBody(body, 100_000)
    await using p = await places(early, status(500), { ...streaming, retry: false })
    const response = await p.g.fetch(p.g.origin.url('/f'), { holdfast: { sources: [p.other.url('/m')] } })
    await p.g.origin.refuse()
    p.g.origin.kill()
    await expect(response.bytes()).rejects.toMatchObject({ code: 'TRUNCATED' })
  })

  test('a 404 of the first is not handed out before the mirror has said whether it has it', async () => {
    await using p = await places(status(404, {}, 'no'), ok(other), { ...streaming, retry: false })
    const response = await p.g.fetch(p.g.origin.url('/f'), { holdfast: { sources: [p.other.url('/m')] } })
    expect([response.status, sha256(await response.bytes())]).toEqual([200, sha256(other)])
    expect(inspected(response, 'miss')).toBeDefined()
  })
})
