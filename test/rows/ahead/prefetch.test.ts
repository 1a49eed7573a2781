import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { HttpError, type Prefetched } from '../../../src/index.ts'
import { gate, inOrder, ok, status } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { die, given } from '../download/given.ts'
import { aFile } from '../versions/histories.ts'
import { all, HOUR, urls } from './kit.ts'

describe('what a list comes to', () => {
  test('fetched before it is needed: the fetch that needs it asks nobody (B03)', async () => {
    await using g = await given(HOUR)
    const slow = gate(ok('big'))
    g.origin.script('/big', slow)
    const whole = all(g.fetch.prefetch([g.origin.url('/big')]))
    await slow.arrived
    slow.release()
    await whole
    expect(await (await g.fetch(g.origin.url('/big'))).text()).toBe('big')
    expect(g.origin.hits('/big')).toBe(1)
  })

  test('nothing is asked until it is iterated', async () => {
    await using g = await given(HOUR)
    const results = g.fetch.prefetch(urls(g, 3))
    await rounds()
    expect(g.origin.hits()).toBe(0)
    expect(Object.keys(await all(results))).toHaveLength(3)
  })

  test.each([
    ['a list', (list: string[]) => list],
    ['a set', (list: string[]) => new Set(list)],
    [
      'a generator',
      function* (list: string[]) {
        yield* list
      },
    ],
    [
      'an async generator',
      async function* (list: string[]) {
        for (const url of list) {
          await rounds(1)
          yield url
        }
      },
    ],
    ['URLs', (list: string[]) => list.map((url) => new URL(url))],
    ['Requests', (list: string[]) => list.map((url) => new Request(url))],
    ['pairs', (list: string[]) => list.map((url): [string, object] => [url, { headers: { 'x-a': '1' } }])],
  ])('%s', async (_, form) => {
    await using g = await given(HOUR)
    const list = urls(g, 40)
    const seen = await all(g.fetch.prefetch(form(list)))
    expect(seen).toEqual(Object.fromEntries(list.map((url, n) => [url, `text ${n}`])))
    expect(g.origin.hits()).toBe(40)
  })

  test('options of one input are that input’s', async () => {
    await using g = await given()
    const [one = '', other = ''] = urls(g, 2)
    await all(g.fetch.prefetch([[one, { holdfast: { ttl: '1d' } }], other]))
    await all(g.fetch.prefetch([[one, { holdfast: { ttl: '1d' } }], other]))
    expect([g.origin.hits('/0'), g.origin.hits('/1')]).toEqual([1, 2])
  })

  test('it never rejects as a whole: what is bad is told beside what is good', async () => {
    await using g = await given({ ...HOUR, retry: false })
    const [good = ''] = urls(g, 1)
    g.origin.script('/404', status(404))
    g.origin.script('/503', status(503))
    const bad = ['', '  ', 'nowhere', 7, null, [good, { holdfast: { tttl: 1 } }], [good, {}, 3], 'ftp://example.org/'] as string[]
    const seen: Prefetched[] = []
    for await (const one of g.fetch.prefetch([...bad, g.origin.url('/404'), g.origin.url('/503'), good])) seen.push(one)
    expect(seen).toHaveLength(bad.length + 3)
    const errors = seen.flatMap((one) => (one.ok ? [] : [one.error]))
    expect(errors.filter((error) => error instanceof TypeError)).toHaveLength(bad.length)
    expect(
      errors.flatMap((error) => (error instanceof HttpError ? [error.response.status] : [])).toSorted((a, b) => a - b),
    ).toEqual([404, 503])
    expect(seen.filter((one) => one.ok).map(({ url }) => url)).toEqual([good])
    expect(seen.flatMap((one) => (one.ok ? [] : [one.error.message])).join()).toContain('prefetch[3]')
  })

  test('a list that breaks off is told last, and what came of it before is not lost', async () => {
    await using g = await given(HOUR)
    const list = urls(g, 3)
    async function* broken(): AsyncGenerator<string> {
      yield* list
      throw new Error('the manifest ends in the middle')
    }
    expect(await all(g.fetch.prefetch(broken()))).toEqual({ ...(await all(g.fetch.prefetch(list))), '': 'Error' })
  })

  test('a version to fall back to is an answer', async () => {
    await using g = await given({ retry: false })
    const list = urls(g, 1)
    await all(g.fetch.prefetch(list))
    await die(g.origin)
    expect(await all(g.fetch.prefetch(list))).toEqual({ [list[0] ?? '']: 'text 0' })
  })
})

test('given again, it goes on where it was: what is stored and fresh costs no request, after a restart too', async () => {
  const file = aFile()
  await using g = await given({ ...HOUR, tiers: [memory(), sqlite(file)] })
  const list = urls(g, 20)
  let count = 0
  for await (const _ of g.fetch.prefetch(list, { concurrency: 1 })) if (++count === 8) break
  await g.fetch.close()
  const before = g.origin.hits()
  await using after = await given({ ...HOUR, tiers: [memory(), sqlite(file)] }, g.clock)
  expect(Object.keys(await all(after.fetch.prefetch(list)))).toHaveLength(20)
  expect([before, g.origin.hits()]).toEqual([before, 20 + (before - 8)])
  expect(before - 8).toBeLessThanOrEqual(1)
})

describe('progress', () => {
  test('done and, where the list knows its length, of how many', async () => {
    await using g = await given(HOUR)
    const list = [...urls(g, 3), '']
    const told: [number, number | undefined][] = []
    await all(g.fetch.prefetch(list, { onProgress: (done, total) => void told.push([done, total]) }))
    await all(g.fetch.prefetch(new Set(list), { onProgress: (done, total) => void told.push([done, total]) }))
    await all(g.fetch.prefetch(list.values(), { onProgress: (done, total) => void told.push([done, total]) }))
    expect(told).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4].map((done, n) => [done, n < 8 ? 4 : undefined]))
  })

  test('one that throws is a warning', async () => {
    await using g = await given(HOUR)
    const seen = await all(
      g.fetch.prefetch(urls(g, 1), {
        onProgress: () => {
          throw new Error('of mine')
        },
      }),
    )
    expect(Object.values(seen)).toEqual(['text 0'])
    expect(g.told('warning').map(({ warning }) => warning)).toEqual([expect.stringContaining('of mine')])
  })
})

test('data: and blob: need no server', async () => {
  await using g = await given()
  expect(Object.values(await all(g.fetch.prefetch(['data:,here'])))).toEqual(['here'])
})

test('a safe POST whose body is a Request’s is read once', async () => {
  await using g = await given()
  g.origin.script('/ask', inOrder(ok('answer')))
  const ask = (): [Request, object] => [
    new Request(g.origin.url('/ask'), { method: 'POST', body: 'question' }),
    { holdfast: { safe: true, ttl: '1h' } },
  ]
  expect(Object.values(await all(g.fetch.prefetch([ask()])))).toEqual(['answer'])
  expect(Object.values(await all(g.fetch.prefetch([ask()])))).toEqual(['answer'])
  expect(g.origin.hits('/ask')).toBe(1)
})
