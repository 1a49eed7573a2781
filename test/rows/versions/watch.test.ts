import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { CachedFetch, VersionInfo } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { isSettled, rounds, turnUntil } from '../../helpers/turning.ts'
import { seen } from '../download/given.ts'
import { aFile, another, type History, HOUR, history, places } from './histories.ts'

// Each new version once, with the one before; until somebody has had enough (field.md, moonshot 9).
type News = { version: VersionInfo; previous?: VersionInfo }
type Watch = AsyncIterator<News>

function watched(fetch: CachedFetch, ...input: Parameters<CachedFetch['watch']>): Watch {
  return fetch.watch(...input)[Symbol.asyncIterator]()
}

/** The next one, with the clock turned until it is here. */
async function next(g: History, watch: Watch): Promise<[string, string | undefined] | 'the end'> {
  const result = await turnUntil(g.clock, watch.next(), { step: 1_000 })
  if (result.done === true) return 'the end'
  const { version, previous } = result.value as News
  return [version.id, previous?.id]
}

/** A watcher that is there before the next version is. */
async function started(g: History, input = g.url): Promise<{ watch: Watch; first: Promise<IteratorResult<News>> }> {
  const watch = watched(g.fetch, input)
  const first = watch.next()
  await rounds()
  return { watch, first }
}

describe.each(places)('over %s', (_, tiers) => {
  test('each new version once, with the one before it; what is found unchanged is none', async () => {
    await using g = await history(tiers())
    await g.atOnce('one')
    const { watch, first } = await started(g)
    expect(await isSettled(first)).toBe(false)
    await g.atOnce('one', 'one', 'two', 'two', 'three')
    const [one, two, three] = await g.ids()
    const news = (await turnUntil(g.clock, first)).value as News
    expect([news.version.id, news.previous?.id]).toEqual([two, one])
    expect(await next(g, watch)).toEqual([three, two])
    const idle = watch.next()
    await g.clock.advance(HOUR)
    expect(await isSettled(idle)).toBe(false)
    await g.fetch.close()
    expect((await turnUntil(g.clock, idle)).done).toBe(true)
  })

  test('return() while somebody waits for the next: both end, without another version', async () => {
    await using g = await history(tiers())
    const { watch, first } = await started(g)
    const ended = watch.return?.() ?? Promise.resolve({ done: false, value: undefined })
    expect(await turnUntil(g.clock, Promise.all([ended, first]), { limit: 2_000 })).toMatchObject([
      { done: true },
      { done: true },
    ])
  })

  test('the very first version has none before it', async () => {
    await using g = await history(tiers())
    const { watch, first } = await started(g)
    await g.atOnce('one')
    const news = (await turnUntil(g.clock, first)).value as News
    expect([news.version.size, news.previous]).toEqual([3, undefined])
    await watch.return?.()
  })

  test('a reader that is slow loses nothing: ten versions while it was away', async () => {
    await using g = await history(tiers(), { versions: { keep: 20 } })
    const { watch, first } = await started(g)
    await g.atOnce(...Array.from({ length: 10 }, (_, n) => `v${n}`))
    const ids = await g.ids()
    const heard = [((await turnUntil(g.clock, first)).value as News).version.id]
    while (heard.length < 10) heard.push((await next(g, watch))[0] ?? '')
    expect(heard).toEqual(ids)
    await watch.return?.()
  })

  test('two watchers hear the same; one that has left does not end the other', async () => {
    await using g = await history(tiers())
    const [a, b] = [await started(g), await started(g)]
    await g.atOnce('one')
    const [x, y] = [await turnUntil(g.clock, a.first), await turnUntil(g.clock, b.first)]
    expect((x.value as News).version.id).toBe((y.value as News).version.id)
    await a.watch.return?.()
    expect(await a.watch.next()).toMatchObject({ done: true })
    const second = b.watch.next()
    await g.atOnce('two')
    expect(((await turnUntil(g.clock, second)).value as News).version.size).toBe(3)
    await b.watch.return?.()
  })

  test('close() ends it, for those who wait and for those who come later', async () => {
    await using g = await history(tiers())
    const { watch, first } = await started(g)
    await g.fetch.close()
    expect(await turnUntil(g.clock, first)).toMatchObject({ done: true })
    expect(await watch.next()).toMatchObject({ done: true })
  })

  test('the signal of init ends it; one that is aborted already never starts', async () => {
    await using g = await history(tiers())
    const enough = new AbortController()
    const watch = watched(g.fetch, g.url, { signal: enough.signal })
    const first = watch.next()
    await rounds()
    enough.abort()
    // By its end or with the reason of the signal, as the caller may prefer; but at once.
    expect([true, 'AbortError']).toContain(await turnUntil(g.clock, endOf(first), { limit: 2_000 }))
    const late = watched(g.fetch, g.url, { signal: AbortSignal.abort() })
    expect([true, 'AbortError']).toContain(await turnUntil(g.clock, endOf(late.next()), { limit: 2_000 }))
    await g.atOnce('one')
    expect([true, 'AbortError']).toContain(await endOf(watch.next()))
  })

  test('one caller’s versions are not told to another: the partition is that of init', async () => {
    await using g = await history(tiers())
    g.origin.script('/f', ok('secret of ann'))
    const mine = watched(g.fetch, g.url, { headers: { authorization: 'Bearer bob' } })
    const first = mine.next()
    await rounds()
    await seen(g.fetch(g.url, { headers: { authorization: 'Bearer ann' } }))
    await g.clock.advance(HOUR)
    expect(await isSettled(first)).toBe(false)
    await seen(g.fetch(g.url, { headers: { authorization: 'Bearer bob' } }))
    expect((await turnUntil(g.clock, first)).done).toBe(false)
    await mine.return?.()
  })

  test('a version that was refused is no news: who watches, works with what comes', async () => {
    await using g = await history(tiers())
    await g.atOnce('one')
    const { watch, first } = await started(g)
    g.origin.script('/f', ok('bad'))
    const check = async (response: Response): Promise<void> => {
      if ((await response.text()) === 'bad') throw new Error('no')
    }
    await seen(g.fetch(g.url, { cache: 'reload', holdfast: { check } }))
    await g.clock.advance(HOUR)
    expect(await isSettled(first)).toBe(false)
    await g.atOnce('good')
    expect(((await turnUntil(g.clock, first)).value as News).version.size).toBe('good'.length)
    await watch.return?.()
  })
})

test.each([
  ['a file', (file: string) => [sqlite(file)]],
  ['memory before a file', (file: string) => [memory(), sqlite(file)]],
])('versions that another instance brings to %s are told too, each once', async (_, open) => {
  const file = aFile()
  await using g = await history(open(file))
  await g.atOnce('one')
  const { watch, first } = await started(g)
  const beside = another(g, open(file))
  for (const body of ['two', 'three']) {
    g.origin.script('/f', ok(body))
    await seen(beside(g.url, { cache: 'reload' }))
  }
  await beside.idle()
  const [one, two, three] = (await beside.entry(g.url).versions({ limit: 0 })).map(({ id }) => id).toReversed()
  const news = (await turnUntil(g.clock, first, { step: 1_000 })).value as News
  expect([news.version.id, news.previous?.id]).toEqual([two, one])
  expect(await next(g, watch)).toEqual([three, two])
  await watch.return?.()
})

test('for await, with break: nothing is left behind, and close() does not wait', async () => {
  await using g = await history([memory()])
  const sizes: number[] = []
  const reading = (async () => {
    for await (const { version } of g.fetch.watch(g.url)) if (sizes.push(version.size) === 2) break
  })()
  await rounds()
  await g.atOnce('1', '22', '333')
  await turnUntil(g.clock, reading)
  expect(sizes).toEqual([1, 2])
})

async function endOf(result: Promise<IteratorResult<unknown>>): Promise<boolean | string> {
  return result.then(
    ({ done }) => done === true,
    (error: Error) => error.name,
  )
}
