import assert from 'node:assert/strict'
import { assertBytes, type Bench, bytesOf, type ContractCase, listed, randomly } from './bench.ts'

const KiB = 1024
const SIZES = [0, 1, 2, 3, 255, KiB, 65 * KiB + 1, KiB * KiB + 16, 3 * KiB * KiB]

async function returnsTheBytes({ store, key }: Bench): Promise<void> {
  for (const size of SIZES.filter((bytes) => bytes <= (store.maxEntryBytes ?? bytes))) {
    const value = randomly(size)
    await store.set(key(`${size}`), value)
    assertBytes(await store.get(key(`${size}`)), value, `${size} bytes`)
  }
  const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  await store.set(key('every'), everyByte)
  assertBytes(await store.get(key('every')), everyByte, 'each of the 256 bytes')
}

async function knowsNothingOfOthers({ store, key }: Bench): Promise<void> {
  await store.set(key('here'), bytesOf(1))
  for (const absent of ['her', 'here:', 'HERE', 'here%', 'her_', ''])
    assert.equal(await store.get(key(absent)), undefined, absent)
}

async function replacesWhole({ store, key }: Bench): Promise<void> {
  await store.set(key('a'), randomly(5_000))
  await store.set(key('a'), bytesOf(1, 2))
  assertBytes(await store.get(key('a')), bytesOf(1, 2), 'the shorter second value')
}

async function takesACopy({ store, key }: Bench): Promise<void> {
  const [first, many] = [bytesOf(1, 2, 3), bytesOf(4, 5, 6)]
  const stored = [store.set(key('a'), first), store.setMany([{ key: key('b'), value: many }])]
  first.fill(9)
  many.fill(9)
  await Promise.all(stored)
  first.fill(8)
  assertBytes(await store.get(key('a')), bytesOf(1, 2, 3), 'set, and its array overwritten')
  assertBytes(await store.get(key('b')), bytesOf(4, 5, 6), 'setMany, and its array overwritten')
}

async function givesACopy({ store, key }: Bench): Promise<void> {
  await store.set(key('a'), bytesOf(1, 2, 3))
  const one = await store.get(key('a'))
  const [two] = await store.getMany([key('a')])
  one?.fill(9)
  two?.fill(9)
  assertBytes(await store.get(key('a')), bytesOf(1, 2, 3), 'after the arrays handed out were overwritten')
}

async function storesOnlyTheView({ store, key }: Bench): Promise<void> {
  const pool = Buffer.from('....value....')
  await store.set(key('buffer'), pool.subarray(4, 9))
  await store.set(key('view'), new Uint8Array(Uint8Array.from(pool).buffer, 4, 5))
  assertBytes(await store.get(key('buffer')), Buffer.from('value'), 'a part of a Buffer')
  assertBytes(await store.get(key('view')), Buffer.from('value'), 'a part of an ArrayBuffer')
}

async function getsManyInOrder({ store, key }: Bench): Promise<void> {
  await store.set(key('a'), bytesOf(1))
  await store.set(key('b'), bytesOf(2))
  const values = await store.getMany([key('b'), key('none'), key('a'), key('b')])
  assert.equal(values.length, 4)
  assertBytes(values[0], bytesOf(2), 'the first')
  assert.equal(values[1], undefined)
  assertBytes(values[2], bytesOf(1), 'the third')
  assertBytes(values[3], bytesOf(2), 'one asked for twice')
  assert.deepEqual(await store.getMany([]), [])
}

async function setsMany({ store, key }: Bench): Promise<void> {
  const entries = Array.from({ length: 300 }, (_, n) => ({ key: key(`${n}`), value: randomly(n) }))
  await store.setMany(entries)
  await store.setMany([])
  for (const [n, value] of (await store.getMany(entries.map((entry) => entry.key))).entries()) {
    assertBytes(value, entries[n]?.value as Uint8Array, `number ${n}`)
  }
}

async function bearsManyAtOnce({ store, key }: Bench): Promise<void> {
  const numbers = Array.from({ length: 200 }, (_, n) => n)
  await Promise.all(numbers.map((n) => store.set(key(`${n}`), bytesOf(n, n))))
  const values = await Promise.all(numbers.map((n) => store.get(key(`${n}`))))
  for (const n of numbers) assertBytes(values[n], bytesOf(n, n), `number ${n}`)
}

async function deletes({ store, key }: Bench): Promise<void> {
  await store.setMany(['a', 'b', 'c'].map((name) => ({ key: key(name), value: bytesOf(1) })))
  await store.delete([key('a'), key('c'), key('never there')])
  await store.delete([])
  assert.equal(await store.get(key('a')), undefined)
  assertBytes(await store.get(key('b')), bytesOf(1), 'the one that was not named')
  assert.deepEqual(await listed(store.keys(key(''))), [key('b')])
}

async function forgetsWhatExpired({ store, key, now, until }: Bench): Promise<void> {
  await store.set(key('past'), bytesOf(1), { expires: now() - 1 })
  await store.set(key('soon'), bytesOf(2), { expires: now() + 20 })
  await store.setMany([
    { key: key('later'), value: bytesOf(3), expires: now() + 3_600_000 },
    { key: key('many soon'), value: bytesOf(4), expires: now() + 20 },
  ])
  assert.equal(await store.get(key('past')), undefined, 'expired before it came')
  await until('forgotten once expired', async () => (await store.get(key('soon'))) === undefined)
  await until('setMany: forgotten once expired', async () => (await store.getMany([key('many soon')]))[0] === undefined)
  await store.set(key('never'), bytesOf(5), { expires: Number.POSITIVE_INFINITY })
  await store.set(key('a part of a millisecond'), bytesOf(6), { expires: now() + 3_600_000.25 })
  assertBytes(await store.get(key('later')), bytesOf(3), 'expires in an hour')
  assertBytes(await store.get(key('never')), bytesOf(5), 'never expires')
  assertBytes(await store.get(key('a part of a millisecond')), bytesOf(6), 'an end between two milliseconds')
  assert.deepEqual(await listed(store.keys(key(''))), ['a part of a millisecond', 'later', 'never'].map(key))
}

async function keepsWhatNoLongerExpires({ store, key, now, until }: Bench): Promise<void> {
  await store.set(key('probe'), bytesOf(1), { expires: now() + 20 })
  await store.set(key('a'), bytesOf(1), { expires: now() + 10 })
  await store.set(key('a'), bytesOf(2))
  await until('the probe is forgotten', async () => (await store.get(key('probe'))) === undefined)
  assertBytes(await store.get(key('a')), bytesOf(2), 'the second set took the end away')
}

async function takesHostileKeys({ store, key }: Bench): Promise<void> {
  const names = [
    '__proto__',
    'constructor',
    "'; DROP TABLE records; --",
    '"',
    '\\',
    '%',
    '_',
    '*',
    '?',
    '[a]',
    ':',
    'a:b',
    '../..',
    'CON',
    'A',
    'a',
    ' ',
    'x'.repeat(120),
  ]
  for (const [n, name] of names.entries()) await store.set(key(name), bytesOf(n))
  for (const [n, name] of names.entries()) assertBytes(await store.get(key(name)), bytesOf(n), name)
  assert.deepEqual(await listed(store.keys(key(''))), names.map(key).sort())
  await store.delete([key('%'), key('*')])
  assert.equal((await listed(store.keys(key('')))).length, names.length - 2, 'a wildcard deletes itself only')
}

export const valueCases: readonly ContractCase[] = [
  { name: 'get returns the bytes that set was given, of any size', run: returnsTheBytes },
  { name: 'get knows nothing of other keys', run: knowsNothingOfOthers },
  { name: 'set replaces the whole value', run: replacesWhole },
  { name: 'what the caller does to an array after set does not reach the store', run: takesACopy },
  { name: 'what the caller does to an array from get does not reach the store', run: givesACopy },
  { name: 'a view stores its own bytes only', run: storesOnlyTheView },
  { name: 'getMany answers in the order of the keys', run: getsManyInOrder },
  { name: 'setMany stores them all', run: setsMany },
  { name: 'many calls at once all arrive', run: bearsManyAtOnce },
  { name: 'delete removes what it names and nothing else', run: deletes },
  { name: 'a value is forgotten once it has expired', run: forgetsWhatExpired },
  { name: 'a later set without expires is kept', run: keepsWhatNoLongerExpires },
  { name: 'keys that look like code, patterns or paths are plain names', run: takesHostileKeys },
]
