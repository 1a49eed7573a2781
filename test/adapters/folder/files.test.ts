import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { scratch } from '../scratch.ts'
import { everything, houseKey } from './tree.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

const HOSTILE = [
  '../../up',
  'a\0b',
  'CON',
  'con',
  'Con',
  'é',
  'e\u0301',
  '\ud800',
  'x'.repeat(10_000),
  '',
  '.',
  '~',
  'h1:e:../..',
  ' ',
]

test('names no key can hurt: hostile ones come back, and their files are digests in a folder of their own', async () => {
  const dir = scratch()
  const store = folder(join(dir, 'cache'))
  for (const [n, key] of HOSTILE.entries()) await store.set(key, bytes(n))
  expect((await store.getMany(HOSTILE)).map((value) => value?.[0])).toEqual(HOSTILE.map((_, n) => n))
  expect(await Array.fromAsync(store.keys(''))).toEqual(HOSTILE.toSorted())
  expect(readdirSync(dir)).toEqual(['cache'])
  const names = everything(join(dir, 'cache', 'h1', 'values')).map(({ name }) => name)
  expect(names.filter((name) => !/^~[0-9a-f]{2}(.[0-9a-f]{64}\.v)?$/.test(name))).toEqual([])
  await store.close()
})

test('no name tells a secret, and nobody else may read', async () => {
  const dir = scratch()
  const store = folder(join(dir, 'new', 'cache'))
  const secret = 'h1:e:https://user:hunter2@example.org/'
  await store.set(secret, bytes(1), { expires: Date.now() + 60_000 })
  await store.set(houseKey('e', 1), bytes(1))
  await store.bodies?.append('body', bytes(1))
  const lease = await store.lease?.(secret, 60_000)
  await store.set(secret, bytes(2), lease && { fence: lease })
  const all = everything(dir)
  expect(all.length).toBeGreaterThan(10)
  expect(all.filter(({ name }) => name.includes('hunter2'))).toEqual([])
  expect(all.filter(({ isFile, mode }) => mode !== (isFile ? 0o600 : 0o700))).toEqual([])
  await store.close()
})

test('other files in the folder are left alone, and all of ours stands in one', async () => {
  const dir = scratch()
  mkdirSync(join(dir, 'h2'))
  writeFileSync(join(dir, 'h2', 'later'), 'a later format')
  writeFileSync(join(dir, 'notes.txt'), 'precious')
  const store = folder(dir)
  await store.set('a', bytes(1))
  await store.delete(await Array.fromAsync(store.keys('')))
  await store.close()
  expect(readdirSync(dir).sort()).toEqual(['h1', 'h2', 'notes.txt'])
  expect(readdirSync(join(dir, 'h2'))).toEqual(['later'])
})

test('keys are listed in order over kinds and folders, those named by digests among them, without what has expired', async () => {
  const clock = manualClock()
  const store = folder(scratch(), { clock })
  const names = [3, 200, 17].flatMap((n) => [houseKey('e', n), houseKey('v', n, ':1'), houseKey('v', n, ':2~gzip')])
  const others = ['h1:e:5', 'h1:v:A', 'h1:v:zz', 'a', 'z']
  for (const key of [...names, ...others]) await store.set(key, bytes(1))
  await store.set(houseKey('e', 9), bytes(1), { expires: clock.now() + 10 })
  await store.set('h1:e:6', bytes(1), { expires: clock.now() + 10 })
  await clock.advance(10)
  const all = [...names, ...others].sort()
  const list = (prefix: string, range = {}) => Array.fromAsync(store.keys(prefix, range))
  expect(await list('')).toEqual(all)
  expect(await list('h1:v:')).toEqual(all.filter((key) => key.startsWith('h1:v:')))
  for (const [n, after] of all.entries()) expect(await list('', { after, limit: 3 })).toEqual(all.slice(n + 1, n + 4))
  await store.close()
})

test('nothing is touched before the first call, and what was removed is made anew', async () => {
  const dir = join(scratch(), 'cache')
  const store = folder(dir)
  expect(existsSync(dir)).toBe(false)
  await store.set('a', bytes(1))
  rmSync(dir, { recursive: true })
  expect(await store.get('a')).toBeUndefined()
  expect(await Array.fromAsync(store.keys(''))).toEqual([])
  await store.set('a', bytes(2))
  await store.bodies?.append('body', bytes(3))
  expect(await store.lease?.('l', 1_000)).toBeDefined()
  expect([await store.get('a'), await store.bodies?.read('body', 0, 9)]).toEqual([bytes(2), bytes(3)])
  await store.close()
  expect(readdirSync(join(dir, 'h1', 'staging'))).toEqual([])
})

test('writes of one key stand in the order of their calls, and a read sees those before it', async () => {
  const store = folder(scratch('memory'))
  const calls: Promise<unknown>[] = []
  for (let n = 0; n < 50; n++) {
    calls.push(
      n % 5 === 4
        ? store.delete(['a'])
        : store.setMany([
            { key: 'a', value: bytes(n) },
            { key: 'b', value: bytes(n) },
          ]),
    )
    // Awaited: a write that is called while it reads may come before it.
    if (n % 3 === 0) expect((await store.get('a'))?.[0]).toBe(n % 5 === 4 ? undefined : n)
  }
  await Promise.all(calls)
  expect(await store.getMany(['a', 'b'])).toEqual([undefined, bytes(48)])
  await store.setMany([
    { key: 'a', value: bytes(1) },
    { key: 'a', value: bytes(2) },
  ])
  expect(await store.get('a')).toEqual(bytes(2))
  await store.close()
})
