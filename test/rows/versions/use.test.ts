import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { inspect } from '../../../src/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { given, rejection, seen } from '../download/given.ts'

// `use` and `reject`: the caller's own parser says which answer was good.
const tiers = { memory: () => [memory()], sqlite: () => [sqlite(':memory:')] }

for (const [place, open] of Object.entries(tiers)) {
  test(`${place}: a parser that throws refuses that version and reads the last good one`, async () => {
    await using g = await given({ tiers: open(), ttl: 0, guards: false })
    g.origin.script('/f', inOrder(ok('{"n":1}'), ok('{"n":')))
    const parse = async (response: Response): Promise<number> => JSON.parse(await response.text()).n
    expect(await g.fetch.use(g.origin.url('/f'), parse)).toBe(1)
    await g.clock.advance(1_000)
    expect(await g.fetch.use(g.origin.url('/f'), {}, parse)).toBe(1)
    const [newest] = await g.fetch.entry(g.origin.url('/f')).versions()
    expect(newest?.labels).toEqual(['failed'])
    expect(g.told('rejected')).toMatchObject([{ reason: expect.stringContaining('JSON') }])
    // The same bytes again are refused without a look, and count as a refresh that failed.
    const again = await g.fetch(g.origin.url('/f'))
    expect([await again.text(), inspect(again)?.outcome]).toEqual(['{"n":1}', 'fallback'])
  })

  test(`${place}: a parser that fails on every version throws its first error, and labels only the first`, async () => {
    await using g = await given({ tiers: open(), ttl: 0 })
    g.origin.script('/f', inOrder(ok('one'), ok('two')))
    await seen(g.fetch(g.origin.url('/f')))
    await g.clock.advance(1_000)
    const wrong = async (response: Response): Promise<never> =>
      Promise.reject(new Error(`no parser for ${await response.text()}`))
    await expect(g.fetch.use(g.origin.url('/f'), wrong)).rejects.toThrow('no parser for two')
    const labels = (await g.fetch.entry(g.origin.url('/f')).versions()).map((version) => version.labels)
    expect(labels).toEqual([['failed'], []])
  })

  test(`${place}: reject gives the last good one at once, and REJECTED with the reasons where there is none`, async () => {
    await using g = await given({ tiers: open(), ttl: '1h' })
    g.origin.script('/f', inOrder(ok('one'), ok('two')))
    await seen(g.fetch(g.origin.url('/f')))
    await g.clock.advance(1_000)
    const second = await g.fetch(g.origin.url('/f'), { cache: 'no-cache' })
    const instead = await g.fetch.reject(second, 'a column is missing')
    expect([await instead.text(), inspect(instead)?.outcome]).toEqual(['one', 'hit'])
    const error = await rejection(g.fetch.reject(instead, new Error('and this one too')))
    expect(error).toMatchObject({ code: 'REJECTED', message: expect.stringContaining('a column is missing') })
    expect(error.message).toContain('and this one too')
  })
}

test.each(Object.entries(tiers))(
  '%s: the last good one is the newest that was called valid, at once and at the next call',
  async (_, open) => {
    await using g = await given({ tiers: open(), ttl: 0, versions: { keep: 5 } })
    g.origin.script('/f', inOrder(ok('one'), ok('two'), ok('three')))
    await seen(g.fetch(g.origin.url('/f')))
    await g.fetch.entry(g.origin.url('/f')).label('valid')
    await g.clock.advance(1_000)
    await seen(g.fetch(g.origin.url('/f')))
    await g.clock.advance(1_000)
    const instead = await g.fetch.reject(await g.fetch(g.origin.url('/f')), 'not good')
    expect(await instead.text()).toBe('one')
    expect(await seen(g.fetch(g.origin.url('/f')))).toEqual({ status: 200, text: 'one', outcome: 'fallback' })
  },
)

test('reject takes only what is stored, and only what is ours', async () => {
  await using g = await given()
  g.origin.script('/f', ok('x', { headers: { 'Cache-Control': 'no-store' } }))
  expect((await rejection(g.fetch.reject(await g.fetch(g.origin.url('/f')), 'x'))).code).toBe('REJECTED')
  await expect(g.fetch.reject(new Response('x'), 'x')).rejects.toThrow(TypeError)
})

test('without a parser nothing is asked, and no version is refused for it', async () => {
  await using g = await given({ tiers: tiers.memory(), ttl: 0 })
  g.origin.script('/f', inOrder(ok('one')))
  await seen(g.fetch(g.origin.url('/f')))
  const use = g.fetch.use as (...given: unknown[]) => Promise<unknown>
  const fault = 'use: undefined is not right. Give a function that reads the response.'
  await expect(use(g.origin.url('/f'))).rejects.toThrow(new TypeError(fault))
  await expect(use(g.origin.url('/f'), {}, undefined)).rejects.toThrow(new TypeError(fault))
  const [version] = await g.fetch.entry(g.origin.url('/f')).versions()
  expect([version?.labels, g.origin.requests('/f').length]).toEqual([[], 1])
})
