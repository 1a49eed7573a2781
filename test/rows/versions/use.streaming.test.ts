import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { counting, inOrder, ok, status } from '../../helpers/origin/index.ts'
import { places } from '../admission/places.ts'
import { pass } from '../ahead/kit.ts'
import { given, rejection } from '../download/given.ts'

// A version that was handed out while it came is one all the same, once it is kept.
const good = 'id,value\n1,2\n'
const bad = `id;value\n${'1;2\n'.repeat(50_000)}`

async function parsed(response: Response): Promise<string> {
  const text = await response.text()
  if (!text.startsWith('id,')) throw new Error('no commas')
  return text
}

/** A parser that looks at the first piece, and leaves. */
async function glanced(response: Response): Promise<string> {
  for await (const piece of response.body as ReadableStream<Uint8Array>) {
    if (Buffer.from(piece).toString().startsWith('id;')) throw new Error('no commas')
  }
  return good
}

test.each([
  ['memory, all of it read', () => [memory()], parsed],
  ['memory, left in the middle', () => [memory()], glanced],
  ['sqlite, all of it read', () => [sqlite(':memory:')], parsed],
  ['sqlite, left in the middle', () => [sqlite(':memory:')], glanced],
] as const)('use: a parser that throws refuses that version and reads the last good one; %s', async (_, tiers, read) => {
  await using g = await given({ tiers: tiers(), ttl: '1m', delivery: 'streaming', fallback: { cooldown: 0 }, guards: false })
  g.origin.script('/f', inOrder(ok(good), ok(bad)))
  expect(await g.fetch.use(g.origin.url('/f'), read)).toBe(good)
  await g.fetch.idle()
  await g.clock.advance(61_000)
  expect(await g.fetch.use(g.origin.url('/f'), read)).toBe(good)
  const labels = (await g.fetch.entry(g.origin.url('/f')).versions()).map((version) => version.labels)
  expect(labels).toEqual([['failed'], []])
  expect(await (await g.fetch(g.origin.url('/f'), { cache: 'force-cache' })).text()).toBe(good)
})

test('reject of one that is not kept: REJECTED, as of any other', async () => {
  await using g = await given({ delivery: 'streaming' })
  g.origin.script('/f', ok(bad, { headers: { 'Cache-Control': 'no-store' } }))
  const failure = await rejection(g.fetch.reject(await g.fetch(g.origin.url('/f')), 'no commas'))
  expect(failure).toMatchObject({ code: 'REJECTED', message: expect.stringContaining('not stored') })
})

test('a stream that broke, and the mirror whose answer is kept: that one is not refused', async () => {
  const check = async (response: Response): Promise<void> => void (await parsed(response))
  await using p = await places(ok(bad), ok(good), { delivery: 'streaming', ttl: '1h', check })
  const url = p.g.origin.url('/f')
  await expect(p.g.fetch.use(url, { holdfast: { sources: [p.other.url('/m')] } }, parsed)).rejects.toThrow()
  await p.g.fetch.idle()
  p.g.origin.script('/f', status(503))
  expect(await (await p.g.fetch(url)).text()).toBe(good)
})

test('what each caller says of an entry is said by those who stream it too, also by who only goes along', async () => {
  await using g = await given({ delivery: 'streaming', ttl: '1h' })
  g.origin.script('/f', counting())
  const url = g.origin.url('/f')
  const says = [{ tags: ['one'] }, { tags: ['two'], meta: 'why' }, { refresh: { every: '1m' } }]
  await Promise.all(says.map(async (holdfast) => (await g.fetch(url, { holdfast })).text()))
  await g.fetch.idle()
  expect(g.origin.hits('/f')).toBe(1)
  expect(await Array.fromAsync(g.fetch.cache.entries())).toMatchObject([{ tags: ['one', 'two'], meta: 'why' }])
  expect(await g.fetch.entry(url).stats()).toMatchObject({ requests: 3, lastRequestedAt: new Date(g.clock.now()) })
  await pass(g, 61_000)
  expect(g.origin.hits('/f')).toBe(2)
})
