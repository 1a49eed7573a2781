import assert from 'node:assert/strict'
import type { Store } from '../../../src/model/store.ts'
import { assertBytes, type Bench, bytesOf, type ContractCase, leasesOf } from './bench.ts'

type CompareAndSet = NonNullable<Store['compareAndSet']>

const comparing = ({ store }: Bench): CompareAndSet | undefined => store.compareAndSet?.bind(store)

async function setsWhatIsAsItWas(bench: Bench): Promise<void> {
  const compareAndSet = comparing(bench)
  if (compareAndSet === undefined) return
  const { store, key } = bench
  const [a, b] = [key('a'), key('b')]
  assert.equal(await compareAndSet({ key: a, value: undefined }, [{ key: a, value: bytesOf(1) }]), true, 'nothing was there')
  const second = [
    { key: a, value: bytesOf(2) },
    { key: b, value: bytesOf(3) },
  ]
  assert.equal(await compareAndSet({ key: a, value: bytesOf(1) }, second), true, 'what was known is there')
  assertBytes(await store.get(a), bytesOf(2), 'the compared one')
  assertBytes(await store.get(b), bytesOf(3), 'the one beside it')
}

async function leavesWhatHasChanged(bench: Bench): Promise<void> {
  const compareAndSet = comparing(bench)
  if (compareAndSet === undefined) return
  const { store, key } = bench
  const [a, b, absent] = [key('a'), key('b'), key('absent')]
  await store.set(a, bytesOf(1, 2))
  const entries = [a, b].map((name) => ({ key: name, value: bytesOf(9) }))
  for (const value of [undefined, bytesOf(), bytesOf(1), bytesOf(1, 3), bytesOf(1, 2, 3)])
    assert.equal(
      await compareAndSet({ key: a, value }, entries),
      false,
      `known: ${value === undefined ? 'nothing' : value.join()}`,
    )
  assert.equal(await compareAndSet({ key: absent, value: bytesOf(1) }, entries), false, 'gone meanwhile')
  assertBytes(await store.get(a), bytesOf(1, 2), 'untouched')
  assert.equal(await store.get(b), undefined, 'nothing beside it either')
}

async function takesTheExpiredForAbsent(bench: Bench): Promise<void> {
  const compareAndSet = comparing(bench)
  if (compareAndSet === undefined) return
  const { store, key, now } = bench
  const a = key('a')
  await store.set(a, bytesOf(1), { expires: Math.floor(now()) + 20 })
  await bench.until('it has expired', async () => (await store.get(a)) === undefined)
  assert.equal(await compareAndSet({ key: a, value: undefined }, [{ key: a, value: bytesOf(2) }]), true)
  assertBytes(await store.get(a), bytesOf(2), 'written')
}

async function losesNothing(bench: Bench): Promise<void> {
  const compareAndSet = comparing(bench)
  if (compareAndSet === undefined) return
  const { store, key } = bench
  const a = key('a')
  const add = async (own: number): Promise<void> => {
    for (;;) {
      const value = await store.get(a)
      if (await compareAndSet({ key: a, value }, [{ key: a, value: bytesOf(...(value ?? []), own) }])) return
    }
  }
  const all = Array.from({ length: 20 }, (_, n) => n)
  await Promise.all(all.map(add))
  assert.deepEqual(
    [...((await store.get(a)) ?? [])].sort((x, y) => x - y),
    all,
  )
}

async function obeysTheFence(bench: Bench): Promise<void> {
  const compareAndSet = comparing(bench)
  const lease = leasesOf(bench)
  if (compareAndSet === undefined || lease === undefined) return
  const { store, key } = bench
  const [a, name] = [key('a'), key('lease')]
  const late = await lease(name, 20)
  const next = await bench.until('a lease that ran out is granted again', () => lease(name, 60_000))
  assert.ok(late !== undefined)
  const known = { key: a, value: undefined }
  const late1 = compareAndSet(known, [{ key: a, value: bytesOf(1) }], { fence: late })
  await assert.rejects(late1, { code: 'FENCED' })
  assert.equal(await store.get(a), undefined)
  assert.equal(await compareAndSet(known, [{ key: a, value: bytesOf(2) }], { fence: next }), true)
}

async function givesTheFenceBack(bench: Bench): Promise<void> {
  const compareAndSet = comparing(bench)
  const lease = leasesOf(bench)
  if (compareAndSet === undefined || lease === undefined) return
  const { store, key } = bench
  const [a, name] = [key('a'), key('lease')]
  const fence = await lease(name, 60_000)
  assert.ok(fence !== undefined)
  const last = { fence, release: true }
  await store.set(a, bytesOf(1))
  assert.equal(await compareAndSet({ key: a, value: undefined }, [{ key: a, value: bytesOf(2) }], last), false)
  assert.equal(await lease(name, 60_000), undefined, 'nothing was written, so it is still held')
  assert.equal(await compareAndSet({ key: a, value: bytesOf(1) }, [{ key: a, value: bytesOf(2) }], last), true)
  // A store need not do it, so who asks gives it back all the same.
  await fence.release()
  const next = await lease(name, 60_000)
  assert.ok(next !== undefined, 'free')
  await fence.release()
  assert.equal(await lease(name, 60_000), undefined, 'given back once, it takes nothing from the next holder')
  await assert.rejects(compareAndSet({ key: a, value: bytesOf(2) }, [{ key: a, value: bytesOf(3) }], last), { code: 'FENCED' })
  assertBytes(await store.get(a), bytesOf(2), 'what was written under it')
}

/** Nothing to show for a store without it. */
export const compareAndSetCases: readonly ContractCase[] = [
  { name: 'compareAndSet sets them all where the value is the known one', run: setsWhatIsAsItWas },
  { name: 'compareAndSet sets nothing where the value is another', run: leavesWhatHasChanged },
  { name: 'to compareAndSet a value that has expired is none', run: takesTheExpiredForAbsent },
  { name: 'of many who read, add and compareAndSet at once, none loses what it added', run: losesNothing },
  { name: 'compareAndSet obeys a fence', run: obeysTheFence },
  { name: 'compareAndSet gives the fence back with what it writes, and only then', run: givesTheFenceBack },
]
