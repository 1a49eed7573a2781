import { readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { scratch } from '../scratch.ts'
import { everything, onlyValue } from './tree.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)
const VALUE = Uint8Array.from({ length: 300 }, (_, n) => n % 251)

async function written(key = 'h1:e:a'): Promise<{ dir: string; path: string; whole: Buffer }> {
  const dir = scratch('memory')
  const store = folder(dir)
  await store.set(key, VALUE)
  await store.close()
  const path = onlyValue(dir)
  return { dir, path, whole: readFileSync(path) }
}

describe('folder: damaged values are misses, told and removed, and never wrong bytes', () => {
  test('each bit flipped, each length cut, bytes added', async () => {
    const { dir, path, whole } = await written()
    const damaged: Buffer[] = []
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole)
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8))
      damaged.push(flipped, whole.subarray(0, at))
    }
    damaged.push(Buffer.concat([whole, bytes(0)]), Buffer.alloc(whole.length), Buffer.from('<html>not ours</html>'))
    const store = folder(dir)
    const lost: string[] = []
    store.onEvict?.(({ key }) => lost.push(key))
    for (const content of damaged) {
      writeFileSync(path, content)
      expect(await store.get('h1:e:a')).toBeUndefined()
      // Waits until the damaged one is away.
      expect(await store.get('h1:e:a')).toBeUndefined()
    }
    expect(lost.length).toBeGreaterThan(2 * whole.length - 20)
    expect(new Set(lost)).toEqual(new Set(['h1:e:a']))
    await store.set('h1:e:a', bytes(1))
    expect(await store.get('h1:e:a')).toEqual(bytes(1))
    await store.close()
  })

  test("another key's file, and one of a later format, which nobody removes", async () => {
    const { dir, path, whole } = await written()
    const store = folder(dir)
    await store.set('h1:e:b', bytes(1))
    const [other] = everything(dir).filter((file) => file.name.endsWith('.v') && file.path !== path)
    writeFileSync(other?.path as string, whole)
    expect(await store.get('h1:e:b')).toBeUndefined()
    const later = Buffer.concat([Buffer.from('hfv2'), whole.subarray(4)])
    writeFileSync(path, later)
    expect(await store.get('h1:e:a')).toBeUndefined()
    await store.close()
    expect(readFileSync(path).equals(later)).toBe(true)
  })

  test('one that was written anew since it was found damaged stays', async () => {
    const { dir, path, whole } = await written()
    writeFileSync(path, whole.subarray(0, 100))
    const [store, other] = [folder(dir), folder(dir)]
    await other.open()
    // The other one writes while this one is about to remove what it has read.
    const read = store.get('h1:e:a').then(() => renameSync(`${path}.new`, path))
    writeFileSync(`${path}.new`, whole)
    await read
    await store.close()
    expect(await other.get('h1:e:a')).toEqual(VALUE)
    await other.close()
  })
})

describe('folder: damaged bodies', () => {
  test('what a kill left behind the counted length is written over; one that was cut gives what there is', async () => {
    const dir = scratch('memory')
    const path = join(dir, 'h1', 'bodies', 'body')
    const store = folder(dir)
    await store.bodies?.append('body', bytes(1, 2))
    await store.close()
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from('half a piece')]))
    const again = folder(dir)
    expect([await again.bodies?.size('body'), await again.bodies?.read('body', 0, 100)]).toEqual([2, bytes(1, 2)])
    await again.bodies?.append('body', bytes(3, 4))
    expect(await again.bodies?.read('body', 0, 100)).toEqual(bytes(1, 2, 3, 4))
    truncateSync(path, 32 + 3)
    expect([await again.bodies?.size('body'), await again.bodies?.read('body', 0, 100)]).toEqual([3, bytes(1, 2, 3)])
    await again.bodies?.append('body', bytes(9))
    expect(await again.bodies?.read('body', 0, 100)).toEqual(bytes(1, 2, 3, 9))
    await again.close()
  })

  test('each bit of its head flipped: the length of one append, that of the one before, or none', async () => {
    const dir = scratch('memory')
    const path = join(dir, 'h1', 'bodies', 'body')
    const store = folder(dir)
    await store.bodies?.append('body', bytes(1))
    await store.bodies?.append('body', bytes(2))
    const whole = readFileSync(path)
    for (let bit = 0; bit < 32 * 8; bit++) {
      const flipped = Buffer.from(whole)
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit % 8))
      writeFileSync(path, flipped)
      expect([1, 2]).toContain(await store.bodies?.size('body'))
    }
    writeFileSync(path, 'something else, and long enough to have a head')
    expect([await store.bodies?.size('body'), await store.bodies?.read('body', 0, 9)]).toEqual([undefined, undefined])
    expect(await Array.fromAsync(store.bodies?.ids() ?? [])).toEqual(['body'])
    await store.close()
  })

  test('one that is given up between two pieces is refused to its writer', async () => {
    const dir = scratch('memory')
    const store = folder(dir)
    await store.bodies?.append('body', bytes(1))
    rmSync(join(dir, 'h1', 'bodies', 'body'))
    await expect(store.bodies?.append('body', bytes(2))).rejects.toMatchObject({ message: expect.stringMatching(/given up/) })
    await store.bodies?.append('body', bytes(3))
    expect(await store.bodies?.read('body', 0, 9)).toEqual(bytes(3))
    await store.close()
  })
})
