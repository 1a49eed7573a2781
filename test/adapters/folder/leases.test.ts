import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { scratch } from '../scratch.ts'
import { everything, halfWritten } from './tree.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

async function held() {
  const dir = scratch('memory')
  const clock = manualClock(Date.now())
  const store = folder(dir, { clock })
  const fence = await store.lease?.('a', 60_000)
  if (fence === undefined) throw new Error('it was granted')
  return { dir, store, fence, clock }
}

describe('folder: leases', () => {
  test('are forgotten some time after they ended, and no later one has a generation that was given before', async () => {
    const clock = manualClock()
    const dir = scratch('memory')
    const leases = join(dir, 'h1', 'leases')
    const store = folder(dir, { clock })
    const late = await store.lease?.('a', 1_000)
    await clock.advance(2_000)
    const second = await store.lease?.('a', 1_000)
    expect(second?.generation).toBe((late?.generation ?? 0) + 1)
    await store.lease?.('held', 24 * 3_600_000)
    await clock.advance(2 * 3_600_000)
    await store.lease?.('b', 1_000)
    await store.close()
    expect(readdirSync(leases)).toHaveLength(2)
    // The clock goes back to before the first.
    clock.jump(-48 * 3_600_000)
    const again = folder(dir, { clock })
    const third = await again.lease?.('a', 1_000)
    expect(third?.generation).toBeGreaterThan(second?.generation ?? Number.POSITIVE_INFINITY)
    for (const fence of [late, second]) {
      if (fence === undefined) throw new Error('it was granted')
      await expect(again.set('k', bytes(9), { fence })).rejects.toMatchObject({ code: 'FENCED' })
      await expect(again.delete(['k'], { fence })).rejects.toMatchObject({ code: 'FENCED' })
      expect(await fence.extend(1_000)).toBe(false)
    }
    await again.close()
  })

  test('are granted where somebody has emptied the folder under us, or taken it away, or their part of it alone', async () => {
    for (const part of ['h1/leases', 'h1', '.']) {
      const { dir, store, fence, clock } = await held()
      rmSync(join(dir, part), { recursive: true })
      // With the folder goes what was given before: only the time sets the next one apart.
      await clock.advance(1)
      const next = await store.lease?.('a', 60_000)
      await store.set('k', bytes(1), next && { fence: next })
      await expect(store.set('k', bytes(2), { fence })).rejects.toMatchObject({ code: 'FENCED' })
      expect(await store.get('k')).toEqual(bytes(1))
      await store.close()
    }
  })

  test('those that were given back leave no folder, but for one that somebody has taken meanwhile', async () => {
    const dir = scratch('memory')
    const store = folder(dir)
    const given = await Promise.all(Array.from({ length: 200 }, async (_, n) => store.lease?.(`${n}`, 60_000)))
    await Promise.all(given.map(async (lease) => lease?.release()))
    const taken = await store.lease?.('7', 60_000)
    await store.close()
    expect(readdirSync(join(dir, 'h1', 'leases'))).toHaveLength(1)
    const again = folder(dir)
    expect(await again.lease?.('7', 60_000)).toBeUndefined()
    expect((await again.lease?.('8', 60_000))?.generation).toBeGreaterThan(given[8]?.generation ?? Number.POSITIVE_INFINITY)
    await again.set('k', bytes(1), taken && { fence: taken })
    expect(await again.get('k')).toEqual(bytes(1))
    await again.close()
  })

  test('those of a program that never ends go too', async () => {
    const dir = scratch('memory')
    const store = folder(dir)
    for (let n = 0; n < 130; n++) await (await store.lease?.(`${n}`, 60_000))?.release()
    await expect.poll(() => readdirSync(join(dir, 'h1', 'leases')).length).toBeLessThan(64)
    await store.close()
  })

  test('a write that comes too late makes no room, and leaves nothing behind', async () => {
    const dir = scratch('memory')
    const store = folder(dir, { maxBytes: 1024 * 1024 })
    const evicted: unknown[] = []
    store.onEvict?.((gone) => evicted.push(gone))
    const late = await store.lease?.('l', 1)
    await expect.poll(() => store.lease?.('l', 60_000)).toBeDefined()
    for (let n = 0; n < 6; n++) await store.set(`h1:e:${n}`, new Uint8Array(128 * 1024))
    const fence = late && { fence: late }
    const ending = { ...fence, expires: Date.now() + 60_000 }
    await expect(store.set('h1:e:late', new Uint8Array(512 * 1024), ending)).rejects.toMatchObject({ code: 'FENCED' })
    await expect(store.setMany([], fence)).rejects.toMatchObject({ code: 'FENCED' })
    expect(evicted).toEqual([])
    expect(everything(join(dir, 'h1', 'values')).filter(({ name, isFile }) => isFile && !name.endsWith('.v'))).toEqual([])
    await store.close()
  })

  test('one whose state was changed behind its holder is given back all the same', async () => {
    const { dir, store, fence } = await held()
    const [place] = readdirSync(join(dir, 'h1', 'leases')).map((name) => join(dir, 'h1', 'leases', name))
    const [state] = readdirSync(place as string)
    renameSync(join(place as string, state as string), join(place as string, `${state}9`))
    await fence.release()
    expect(await store.lease?.('a', 60_000)).toBeDefined()
    await store.close()
  })

  test('a write goes through while its lease is prolonged again and again, and after it is given back', async () => {
    const { dir, store, fence } = await held()
    let writing = true
    const writes = (async () => {
      for (let n = 0; n < 50; n++) await store.set('k', bytes(n), { fence })
      await store.delete(['k', 'none'], { fence })
      writing = false
    })()
    while (writing) expect(await fence.extend(60_000)).toBe(true)
    await writes
    await fence.release()
    await store.set('k', bytes(1), { fence })
    expect(await store.get('k')).toEqual(bytes(1))
    expect(halfWritten(dir)).toEqual([])
    await store.close()
  })

  test('what stands in the folder of one and is none of ours is no state', async () => {
    const { dir, store, fence } = await held()
    const [only] = everything(join(dir, 'h1', 'leases')).map(({ path }) => path)
    for (const name of ['notes', '1-2', '99999999999999999-1-2']) mkdirSync(join(only as string, name))
    expect(await store.lease?.('a', 1)).toBeUndefined()
    await store.set('k', bytes(1), { fence })
    expect(await fence.extend(60_000)).toBe(true)
    expect(basename(only as string)).toMatch(/^[0-9a-f]{64}$/)
    await store.close()
  })
})
