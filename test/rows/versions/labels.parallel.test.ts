import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { createCachedFetch, type Entry, type Options } from '../../../src/index.ts'
import { inOrder, ok, type Step } from '../../helpers/origin/index.ts'
import { aFile, all, another, HOUR, history, places } from './histories.ts'

// Words said at once: none is lost, whatever else goes on (B107).
const WORDS = Array.from({ length: 50 }, (_, n) => `word-${String(n).padStart(2, '0')}`)

async function labelsOf(entry: Entry): Promise<string[]> {
  return (await all(entry)).flatMap(({ labels }) => [...labels]).toSorted()
}

describe.each(places)('over %s', (_, tiers) => {
  test('50 at once: 50 are there', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    await Promise.all(WORDS.map((word) => g.fetch.entry(g.url).label(word)))
    expect(await labelsOf(g.entry)).toEqual(WORDS)
  })

  test('25 said and 25 taken back at once: those that were said are there', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    const [out, stay] = [WORDS.slice(0, 25), WORDS.slice(25)]
    for (const word of out) await g.entry.label(word)
    await Promise.all(out.map((word, n) => Promise.all([g.entry.unlabel(word), g.entry.label(stay[n] ?? '')])))
    expect(await labelsOf(g.entry)).toEqual(stay)
  })

  test('while new versions come in: neither a label nor a version is lost', async () => {
    await using g = await history(tiers(), { versions: { keep: 50 } })
    await g.brings('v0')
    const [first = ''] = await g.ids()
    const bodies = Array.from({ length: 20 }, (_, n) => ok(`v${n + 1}`)) as [Step, ...Step[]]
    g.origin.script('/f', inOrder(...bodies))
    const downloads = (async () => {
      for (let n = 0; n < 20; n += 1) await (await g.fetch(g.url, { cache: 'reload' })).text()
    })()
    await Promise.all([downloads, ...WORDS.map((word) => g.entry.label(word, { version: first }))])
    expect(await labelsOf(g.entry)).toEqual(WORDS)
    expect((await g.texts()).toSorted()).toEqual(Array.from({ length: 21 }, (_, n) => `v${n}`).toSorted())
  })

  test('pins and labels at once', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    const ids = await g.ids()
    await Promise.all([...ids.map((version) => g.entry.pin({ version })), ...WORDS.map((word) => g.entry.label(word))])
    expect((await all(g.entry)).map(({ pinned }) => pinned)).toEqual([true, true])
    expect(await labelsOf(g.entry)).toEqual(WORDS)
  })
})

test.each([
  ['a file', (file: string) => [sqlite(file)]],
  ['memory before a file', (file: string) => [memory(), sqlite(file)]],
])('two instances on %s: all words of both are there, also after a restart', async (_, open) => {
  const file = aFile()
  await using g = await history(open(file))
  await g.brings('one')
  const beside = another(g, open(file))
  const other = beside.entry(g.url)
  await Promise.all(WORDS.map((word, n) => (n % 2 ? g.entry : other).label(word)))
  await Promise.all([g.fetch.idle(), beside.idle()])
  expect(await labelsOf(another(g, open(file)).entry(g.url))).toEqual(WORDS)
})

test('two instances whose clocks differ by an hour: what is said last is so, whoever says it', async () => {
  const file = aFile()
  await using g = await history([sqlite(file)])
  await g.brings('one')
  const behind: Options['clock'] = {
    now: () => g.clock.now() - HOUR,
    monotonic: () => g.clock.monotonic(),
    setTimeout: (fn, ms) => g.clock.setTimeout(fn, ms),
  }
  const beside = createCachedFetch({ tiers: [sqlite(file)], clock: behind })
  await g.entry.label('good')
  // One after the other, and each had seen what the other wrote: an old clock is no reason not to obey.
  await beside.entry(g.url).unlabel('good')
  expect(await labelsOf(beside.entry(g.url))).toEqual([])
  expect(await labelsOf(g.entry)).toEqual([])
  await beside.close()
})
