import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { scratch } from '../scratch.ts'
import { bytesIn } from './tree.ts'

const MiB = 1024 * 1024
const CHUNK = new Uint8Array(MiB + 16).fill(3)

/** What the count of bytes says: a number of what there was, or changes. */
function tallied(dir: string): number {
  const { buffer, byteOffset, length } = readFileSync(join(dir, 'h1', 'tally'))
  const view = new DataView(buffer, byteOffset, length)
  let sum = 0
  for (let at = 8; at < length; at += 16) {
    const bytes = view.getFloat64(at + 8, true)
    sum = view.getFloat64(at, true) === -1 ? sum + bytes : bytes
  }
  return sum
}

/** Bytes that staged files say are about to come. */
const claimed = (dir: string): number[] =>
  readdirSync(join(dir, 'h1', 'staging'), { recursive: true }).flatMap((name) => {
    const bytes = /\.(\d+)\.tmp$/.exec(String(name))?.[1]
    return bytes === undefined ? [] : [Number(bytes)]
  })

async function grown(store: Store, id: string, chunks: number): Promise<void> {
  for (let n = 0; n < chunks; n++) await store.bodies?.append(id, CHUNK)
}

/** A folder whose bytes are counted; the first count of all takes what is being written then for twice as much. */
async function countedFolder(): Promise<{ dir: string; right: () => number }> {
  const dir = scratch('memory')
  const store = folder(dir)
  await store.set('h1:e:first', Uint8Array.of(1))
  await store.close()
  const over = tallied(dir) - bytesIn(dir)
  return { dir, right: () => bytesIn(dir) + over }
}

/** What is given back behind has been noted by then. */
async function closedAndCounted(store: Store, { dir, right }: { dir: string; right: () => number }): Promise<void> {
  await store.close()
  expect(claimed(dir)).toEqual([])
  expect(tallied(dir)).toBe(right())
}

describe('folder: room for a growing body is claimed ahead', () => {
  test('as much as it has, and no more than 16 MiB; what is left is free again when its size is asked for', async () => {
    const given = await countedFolder()
    const { dir } = given
    const store = folder(dir)
    await grown(store, 'a', 4)
    expect(claimed(dir)).toEqual([])
    await grown(store, 'a', 2)
    const [first = 0, ...others] = claimed(dir)
    expect(others).toEqual([])
    expect(first).toBeGreaterThan(4 * MiB)
    expect(first).toBeLessThan(6 * MiB)
    expect(tallied(dir)).toBeGreaterThan(given.right())
    await grown(store, 'a', 30)
    expect(claimed(dir)).toEqual([16 * MiB])
    expect(await store.bodies?.size('a')).toBe(36 * CHUNK.length)
    expect(claimed(dir)).toEqual([])
    await closedAndCounted(store, given)
  })

  test('deleted, given up, closed: it is free again', async () => {
    const given = await countedFolder()
    const { dir } = given
    const store = folder(dir)
    for (const id of ['a', 'b']) await grown(store, id, 8)
    expect(claimed(dir).length).toBe(2)
    await store.bodies?.delete(['a'])
    expect(claimed(dir).length).toBe(1)
    await closedAndCounted(store, given)
  })

  test('nobody goes on with it: it is free again after a while', async () => {
    const given = await countedFolder()
    const { dir } = given
    const clock = manualClock()
    const store = folder(dir, { clock })
    await grown(store, 'a', 8)
    expect(claimed(dir).length).toBe(1)
    await clock.advance(11_000)
    await expect.poll(() => claimed(dir)).toEqual([])
    await grown(store, 'a', 1)
    expect(await store.bodies?.size('a')).toBe(9 * CHUNK.length)
    await closedAndCounted(store, given)
  })

  test('nobody has to go for it: near the bound each chunk is counted by itself', async () => {
    const given = await countedFolder()
    const { dir } = given
    const maxBytes = 40 * MiB
    const store = folder(dir, { maxBytes })
    const evicted: string[] = []
    store.onEvict?.(({ key }) => evicted.push(key))
    await store.set('h1:e:old', new Uint8Array(MiB))
    await grown(store, 'a', 36)
    expect(evicted).toEqual([])
    expect(claimed(dir)).toEqual([])
    await grown(store, 'a', 3)
    expect(evicted).toEqual(['h1:e:first', 'h1:e:old'])
    expect(bytesIn(dir)).toBeLessThanOrEqual(maxBytes)
    await store.close()
  })
})
