import assert from 'node:assert/strict'
import { type Bench, bytesOf, type ContractCase, listed } from './bench.ts'

async function listsInOrder({ store, key }: Bench): Promise<void> {
  const names = ['b', 'a', 'ab', 'B', '10', '9', 'a:1', 'a-1']
  for (const name of names) await store.set(key(name), bytesOf(1))
  assert.deepEqual(await listed(store.keys(key(''))), names.map(key).sort())
  assert.deepEqual(await listed(store.keys(key('a'))), ['a', 'a-1', 'a:1', 'ab'].map(key))
  assert.deepEqual(await listed(store.keys(key('none'))), [])
}

async function listsFromTo({ store, key }: Bench): Promise<void> {
  const names = ['a', 'b', 'c', 'd', 'e'].map(key)
  await store.setMany(names.map((name) => ({ key: name, value: bytesOf(1) })))
  assert.deepEqual(await listed(store.keys(key(''), { after: key('b') })), names.slice(2), 'after itself is left out')
  assert.deepEqual(await listed(store.keys(key(''), { after: key('bb') })), names.slice(2), 'after need not exist')
  assert.deepEqual(await listed(store.keys(key(''), { limit: 2 })), names.slice(0, 2))
  assert.deepEqual(await listed(store.keys(key(''), { after: key('c'), limit: 1 })), names.slice(3, 4))
  assert.deepEqual(await listed(store.keys(key(''), { limit: 0 })), [])
  assert.deepEqual(await listed(store.keys(key(''), { after: key('e') })), [])
}

async function takesThePrefixLiterally({ store, key }: Bench): Promise<void> {
  for (const name of ['a%', 'ab', 'a_', 'ac', 'a*', 'a?']) await store.set(key(name), bytesOf(1))
  for (const name of ['a%', 'a_', 'a*', 'a?']) assert.deepEqual(await listed(store.keys(key(name))), [key(name)])
}

async function listsWhileItChanges({ store, key }: Bench): Promise<void> {
  const names = Array.from({ length: 700 }, (_, n) => key(`${n}`.padStart(4, '0')))
  await store.setMany(names.map((name) => ({ key: name, value: bytesOf(1) })))
  const found: string[] = []
  for await (const name of store.keys(key(''))) {
    found.push(name)
    await store.delete([name])
  }
  assert.deepEqual(found, names)
  assert.deepEqual(await listed(store.keys(key(''))), [])
}

async function mayBeLeftEarly({ store, key }: Bench): Promise<void> {
  await store.setMany(['a', 'b', 'c'].map((name) => ({ key: key(name), value: bytesOf(1) })))
  for await (const name of store.keys(key(''))) {
    assert.equal(name, key('a'))
    break
  }
  await store.set(key('d'), bytesOf(1))
  assert.equal((await listed(store.keys(key('')))).length, 4)
}

export const listingCases: readonly ContractCase[] = [
  { name: 'keys lists what begins with the prefix, in order of code units', run: listsInOrder },
  { name: 'keys begins after a key and ends at a limit', run: listsFromTo },
  { name: 'keys takes the prefix literally', run: takesThePrefixLiterally },
  { name: 'keys goes on in order while what it lists is deleted', run: listsWhileItChanges },
  { name: 'keys may be left early', run: mayBeLeftEarly },
]
