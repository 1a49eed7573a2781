import { expect, test } from 'vitest'
import { memory } from '../../adapters/stores/memory.ts'
import type { LiveRecords } from '../../src/model/store.ts'

/** Which of these a store tells of, before it does it. */
async function toldOf(work: (live: LiveRecords, store: ReturnType<typeof memory>) => unknown): Promise<number> {
  const store = memory({ maxItems: 3 })
  const live = store.live as LiveRecords
  live.set('a', { a: 1 }, 10)
  await store.set('b', new Uint8Array(3))
  let told = 0
  live.beforeChange?.(() => {
    told++
    expect(live.peek?.('a'), 'before, and not after').toEqual({ a: 1 })
  })
  await work(live, store)
  return told
}

test('it tells once, before anything changes, and of no look', async () => {
  expect(await toldOf((live) => live.set('c', {}, 10))).toBe(1)
  expect(await toldOf((live) => live.set('a', {}, 10))).toBe(1)
  expect(await toldOf((live) => live.delete('a'))).toBe(1)
  expect(await toldOf((_, store) => store.set('c', new Uint8Array(1)))).toBe(1)
  expect(await toldOf((_, store) => store.delete(['b']))).toBe(1)
  expect(await toldOf((_, store) => store.close())).toBe(1)
  expect(
    await toldOf((live) => {
      for (const key of ['c', 'd', 'e']) live.set(key, {}, 10)
    }),
  ).toBe(1)
  expect(
    await toldOf(async (live, store) => {
      live.get('a')
      live.delete('none')
      await store.get('b')
      await store.delete(['none'])
    }),
  ).toBe(0)
})
