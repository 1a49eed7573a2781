import { describe, expect, onTestFinished, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { type Clock, createCachedFetch } from '../../../src/index.ts'
import { type Child, startChild } from '../../helpers/child.ts'
import { counting, ok } from '../../helpers/origin/index.ts'
import { seen } from '../download/given.ts'
import { anInstance, anOrigin } from '../stores/given.ts'
import { aFile, all, HOUR, history, places, textOf } from './histories.ts'

// Names of versions: all different, in order, whatever the clock does and however many processes there are (B40).
const CHILD = new URL('./children/writer.ts', import.meta.url)

function shifted(clock: Clock): Clock & { by: number } {
  const mine = {
    by: 0,
    now: () => clock.now() + mine.by,
    monotonic: () => clock.monotonic(),
    setTimeout: (fn: () => void, ms: number) => clock.setTimeout(fn, ms),
  }
  return mine
}

describe.each(places)('over %s', (_, tiers) => {
  test('fifty under a clock that stands still: all different, in order, the newest is the last', async () => {
    await using g = await history(tiers(), { versions: { keep: 100 } })
    await g.atOnce(...Array.from({ length: 50 }, (_nothing, n) => `v${n}`))
    const ids = await g.ids()
    expect(new Set(ids).size).toBe(50)
    expect(ids).toEqual(ids.toSorted())
    expect(await g.texts()).toEqual(Array.from({ length: 50 }, (_nothing, n) => `v${n}`))
    expect(await textOf(g.entry, 'latest')).toBe('v49')
    const versions = await all(g.entry)
    expect(versions.map(({ previous }) => previous)).toEqual([...ids.slice(0, -1).toReversed(), undefined])
    expect(versions.map(({ next }) => next)).toEqual([undefined, ...ids.slice(1).toReversed()])
  })

  test('the clock is set back an hour, then a year: the newest is still the newest', async () => {
    const clock = shifted(manualClock(Date.parse('2026-11-21T12:00:00Z')))
    await using g = await history(tiers(), { clock, ttl: '1d' })
    await g.atOnce('one', 'two')
    clock.by = -HOUR
    await g.atOnce('three')
    clock.by = -24 * 365 * HOUR
    await g.atOnce('four')
    expect(await textOf(g.entry, 'latest')).toBe('four')
    expect(await g.texts()).toEqual(['one', 'two', 'three', 'four'])
    expect((await seen(g.fetch(g.url, { cache: 'force-cache' }))).text).toBe('four')
    const ids = await g.ids()
    expect(ids).toEqual(ids.toSorted())
    clock.by = 0
    await g.atOnce('five')
    expect(await textOf(g.entry, 'latest')).toBe('five')
  })
})

test('the clock is set back between two runs: the version of the second run is the newest', async () => {
  const [file, clock] = [aFile(), shifted(manualClock(Date.parse('2026-11-21T12:00:00Z')))]
  await using g = await history([memory(), sqlite(file)], { clock })
  await g.atOnce('one', 'two')
  await g.fetch.close()
  clock.by = -HOUR
  const second = createCachedFetch({ tiers: [memory(), sqlite(file)], clock, ttl: 0, versions: { keep: 10 } })
  onTestFinished(() => second.close())
  g.origin.script('/f', ok('three'))
  await seen(second(g.url))
  const entry = second.entry(g.url)
  expect(await textOf(entry, 'latest')).toBe('three')
  expect((await seen(second(g.url, { cache: 'force-cache' }))).text).toBe('three')
  expect((await all(entry)).map(({ size }) => size)).toEqual([5, 3, 3])
})

async function writers(file: string, count: number): Promise<Child[]> {
  const children = Array.from({ length: count }, () => startChild(CHILD, { args: [file] }))
  onTestFinished(async () => void (await Promise.all(children.map((child) => child[Symbol.asyncDispose]()))))
  for (const child of children) expect(await child.message<string>()).toBe('ready')
  return children
}

async function done(children: Child[]): Promise<void> {
  for (const child of children) expect(await child.message<string>()).toBe('done')
}

test('two processes on one file at once: no version is lost, all ids differ and are in order', async () => {
  const [origin, file] = [await anOrigin(), aFile()]
  origin.script('/f', counting())
  const children = await writers(file, 2)
  for (const child of children) child.send({ url: origin.url('/f'), reloads: 25 })
  await done(children)
  const entry = anInstance({ tiers: [sqlite(file)], versions: { keep: 100 } }).entry(origin.url('/f'))
  const versions = (await all(entry)).toReversed()
  const ids = versions.map(({ id }) => id)
  // Each answer of this origin is another body. Two that ask at once may share one answer, but no answer may be lost.
  expect(versions.length).toBe(origin.hits('/f'))
  expect(versions.length).toBeGreaterThanOrEqual(25)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toEqual(ids.toSorted())
  const texts: string[] = []
  for (const id of ids) texts.push(await textOf(entry, id))
  expect(texts.toSorted((a, b) => Number(a) - Number(b))).toEqual(versions.map((_, n) => String(n + 1)))
  expect(versions.map(({ previous }) => previous)).toEqual([undefined, ...ids.slice(0, -1)])
})

test('three processes label one version at once: no word is lost, nor one that this process says', async () => {
  const [origin, file] = [await anOrigin(), aFile()]
  origin.script('/f', ok('one'))
  const fetch = anInstance({ tiers: [sqlite(file)], versions: { keep: 100 } })
  await seen(fetch(origin.url('/f')))
  const children = await writers(file, 3)
  const words = (who: number): string[] => Array.from({ length: 20 }, (_, n) => `by-${who}-${n}`)
  children.forEach((child, who) => {
    child.send({ url: origin.url('/f'), labels: words(who) })
  })
  const entry = fetch.entry(origin.url('/f'))
  await Promise.all(words(9).map((word) => entry.label(word)))
  await done(children)
  const labels = (await all(anInstance({ tiers: [sqlite(file)] }).entry(origin.url('/f'))))[0]?.labels ?? []
  expect([...labels].toSorted()).toEqual([0, 1, 2, 9].flatMap(words).toSorted())
})

test('one process labels while another brings versions and sweeps: neither undoes the other', async () => {
  const [origin, file] = [await anOrigin(), aFile()]
  origin.script('/f', ok('first'))
  const fetch = anInstance({ tiers: [sqlite(file)], versions: { keep: 100 } })
  await seen(fetch(origin.url('/f')))
  const [first] = await all(fetch.entry(origin.url('/f')))
  origin.script('/f', counting())
  const children = await writers(file, 2)
  const words = Array.from({ length: 30 }, (_, n) => `word-${n}`)
  children[0]?.send({ url: origin.url('/f'), labels: words, version: first?.id })
  children[1]?.send({ url: origin.url('/f'), reloads: 15, sweeps: 5 })
  await done(children)
  const versions = await all(anInstance({ tiers: [sqlite(file)] }).entry(origin.url('/f')))
  expect(versions).toHaveLength(16)
  expect([...(versions.at(-1)?.labels ?? [])].toSorted()).toEqual(words.toSorted())
})
