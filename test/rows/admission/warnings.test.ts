import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { inspect, type Options } from '../../../src/index.ts'
import { ok, status } from '../../helpers/origin/index.ts'
import { given, inspected, seen } from '../download/given.ts'
import { ask, json, later, PAGE, page, text } from './judging.ts'

const long = text('x'.repeat(1_000))
const short = text('x')

async function warnings(response: Response): Promise<readonly string[] | undefined> {
  await response.text()
  return inspect(response)?.warnings
}

describe('inspect().warnings', () => {
  const quiet: [string, Options, RequestInit][] = [
    ['a miss', {}, {}],
    ['a hit', { ttl: '1h' }, {}],
    ['a bypass', {}, { method: 'PUT', body: 'x' }],
    ['a transient answer', {}, { cache: 'no-store' }],
  ]
  test.each(quiet)('is an empty list of %s', async (_, options, init) => {
    await using g = await given(options)
    g.origin.script('/f', long)
    await ask(g)
    expect(await warnings(await g.fetch(g.origin.url('/f'), init))).toEqual([])
    expect(g.told('warning')).toEqual([])
  })

  test('is an empty list of a fallback and of an error status', async () => {
    await using g = await given({ retry: false })
    g.origin.script('/f', long, status(503))
    g.origin.script('/g', status(503))
    await ask(g)
    await g.clock.advance(1_000)
    expect(await warnings(await g.fetch(g.origin.url('/f')))).toEqual([])
    expect(await warnings(await g.fetch(g.origin.url('/g')))).toEqual([])
  })

  test('tells every guard that has something to say, in words with the numbers', async () => {
    await using g = await given({ guards: { format: 'warn' } })
    g.origin.script('/f', json({ a: 'x'.repeat(1_000) }), page())
    await ask(g)
    const told = await warnings(await g.fetch(g.origin.url('/f')))
    expect(told).toEqual([expect.stringContaining('format'), expect.stringMatching(new RegExp(`shrink.*${PAGE.length}`))])
    expect(g.told('warning').map(({ warning }) => warning)).toEqual(told)
  })

  test('is told to everybody who waited for that download, and by one event', async () => {
    await using g = await given()
    g.origin.script('/f', long, short)
    await ask(g)
    await g.clock.advance(1_000)
    const answers = await Promise.all(Array.from({ length: 5 }, () => g.fetch(g.origin.url('/f'))))
    for (const answer of answers) expect(await warnings(answer)).toEqual([expect.stringContaining('shrink')])
    expect([g.told('warning').length, g.origin.hits()]).toEqual([1, 2])
  })

  test('cannot be changed by one caller for another', async () => {
    await using g = await given()
    g.origin.script('/f', long, short)
    await ask(g)
    await g.clock.advance(1_000)
    const [one, two] = await Promise.all([g.fetch(g.origin.url('/f')), g.fetch(g.origin.url('/f'))])
    const mine = inspected(one, 'miss').warnings as string[]
    try {
      mine.length = 0
    } catch {
      // A list that cannot be changed is as good.
    }
    expect(await warnings(two)).toHaveLength(1)
    await one.text()
  })

  test.each([
    ['memory', () => [memory()]],
    ['sqlite', () => [sqlite(':memory:')]],
  ] as [string, () => NonNullable<Options['tiers']>][])(
    'a small body that comes back as it was before says nothing; %s',
    async (_, tiers) => {
      await using g = await given({ tiers: tiers() })
      g.origin.script('/f', long, short, short, short)
      for (let n = 0; n < 4; n += 1) {
        await ask(g)
        await later(g)
      }
      expect(g.told('warning')).toHaveLength(1)
    },
  )

  test('a transient answer is compared too', async () => {
    await using g = await given()
    g.origin.script('/f', long, ok('x', { headers: { 'Cache-Control': 'no-store', 'Content-Type': 'text/plain' } }))
    await ask(g)
    expect(await warnings(await g.fetch(g.origin.url('/f')))).toEqual([expect.stringContaining('shrink')])
  })

  test('no secret of the URL is in it, nor the body', async () => {
    await using g = await given({ guards: { format: 'warn' } })
    g.origin.script('/f', json({ secret: 'canary-1', pad: 'x'.repeat(500) }), page())
    await seen(g.fetch(g.origin.url('/f?token=canary-2')))
    const told = await warnings(await g.fetch(g.origin.url('/f?token=canary-2')))
    expect(told?.length).toBeGreaterThan(0)
    expect(told?.join()).not.toMatch(/canary-2|x{20}/)
  })

  test('text is compared byte for byte where nothing is known of its form', async () => {
    await using g = await given()
    g.origin.script('/f', text('41'), text('none today'))
    await ask(g)
    expect(await warnings(await g.fetch(g.origin.url('/f')))).toEqual([])
  })
})
