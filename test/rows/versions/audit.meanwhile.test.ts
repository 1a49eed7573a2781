import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder as folderStore } from '../../../adapters/stores/folder.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ChaosFault, type ChaosStore, chaos, manualClock } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { type Given, given } from '../download/given.ts'
import { bodyIds, folder } from './upkeep.ts'

// An audit takes its time, and others go on: what came or went meanwhile is not damaged.
const CLEAN = { damaged: [], repaired: 0 }
const URL = 'http://example.org/f'
const LATER = { delay: 1 }

const stores: [string, () => Store][] = [
  ['sqlite', () => sqlite(join(folder(), 'cache.db'))],
  ['folder', () => folderStore(folder())],
]
const sizes = [1_000, 200_000, 2_500_000]

interface Audited extends Given {
  readonly store: ChaosStore
  /** As the application seeds it: made long before it comes here. */
  put(text: string, size: number): Promise<void>
  /** Audits; when the store is asked for what `on` says, `work` is done before it answers. */
  auditWhile(on: Omit<ChaosFault, 'do'>, work: () => Promise<void>): Promise<object>
}

async function audited(inner: Store): Promise<Audited> {
  const clock = manualClock()
  const store = chaos(inner, { clock })
  const g = await given({ tiers: [store], ttl: '10d', guards: false, versions: { keep: 10 } }, clock)
  const put = async (text: string, size: number): Promise<void> => {
    await g.fetch.put(URL, new Response(Buffer.alloc(size, text)), { storedAt: new Date(clock.now() - 60_000) })
  }
  const auditWhile: Audited['auditWhile'] = async (on, work) => {
    store.chaos.use([{ ...on, do: LATER }])
    const before = store.chaos.injected.length
    const report = g.fetch.cache.audit()
    let isOver = false
    const over = (): void => {
      isOver = true
    }
    report.then(over, over)
    while (store.chaos.injected.length === before && !isOver) await new Promise((resolve) => setImmediate(resolve))
    await work()
    // No further: by this clock a store that is still at work on a busy machine would be too slow.
    await clock.advance(LATER.delay)
    return report
  }
  return { ...g, store, put, auditWhile }
}

async function kept(g: Given): Promise<string> {
  const response = await g.fetch(URL, { cache: 'only-if-cached', mode: 'same-origin' })
  return (await response.text()).slice(0, 3)
}

for (const [name, open] of stores) {
  test.each(sizes)(`over ${name}: a version of %i bytes that came after the bodies were listed stays`, async (size) => {
    await using g = await audited(open())
    const report = await g.auditWhile({ on: 'keys', key: 'h1:v:', call: 1 }, () => g.put('new', size))
    expect(report).toEqual({ ...CLEAN, checked: 1 })
    expect(await kept(g)).toBe('new')
  })

  test.each(sizes)(`over ${name}: so does one of %i bytes that came after the versions were listed`, async (size) => {
    await using g = await audited(open())
    await g.put('old', size)
    const report = await g.auditWhile({ on: 'keys', key: 'h1:s:', call: 1 }, () => g.put('new', size))
    expect(report).toEqual({ ...CLEAN, checked: 1 })
    expect(await kept(g)).toBe('new')
    expect(await g.fetch.entry(URL).versions()).toHaveLength(2)
  })

  test(`over ${name}: one that was deleted while it was looked at again is not damaged`, async () => {
    await using g = await audited(open())
    await g.put('old', 2_500_000)
    await g.store.bodies?.delete(await bodyIds(g.store))
    const report = await g.auditWhile({ on: 'bodies.ids', call: 2 }, () => g.fetch.entry(URL).delete())
    expect(report).toMatchObject(CLEAN)
  })

  test(`over ${name}: one whose body is read when it is deleted is not damaged`, async () => {
    await using g = await audited(open())
    await g.put('old', 2_500_000)
    const deleted = async (): Promise<void> => {
      await g.fetch.entry(URL).delete()
      await g.store.bodies?.delete(await bodyIds(g.store))
    }
    expect(await g.auditWhile({ on: 'bodies.read', call: 2 }, deleted)).toMatchObject(CLEAN)
  })
}
