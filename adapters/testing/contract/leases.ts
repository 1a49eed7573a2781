import assert from 'node:assert/strict'
import type { Lease } from '../../../src/model/store.ts'
import { assertBytes, type Bench, bytesOf, type ContractCase, leasesOf } from './bench.ts'

const LONG = 60_000
const SHORT = 20

async function granted(lease: Promise<Lease | undefined>): Promise<Lease> {
  const grant = await lease
  assert.ok(grant !== undefined, 'nobody holds it, so it is granted')
  return grant
}

/** A lease that ran out, and the one that somebody else took then. */
async function takenOver(bench: Bench, name: string): Promise<{ late: Lease; next: Lease } | undefined> {
  const lease = leasesOf(bench)
  if (lease === undefined) return undefined
  const late = await granted(lease(name, SHORT))
  const next = await bench.until('a lease that ran out is granted again', () => lease(name, LONG))
  return { late, next }
}

async function isExclusive(bench: Bench): Promise<void> {
  const lease = leasesOf(bench)
  if (lease === undefined) return
  const held = await granted(lease(bench.key('a'), LONG))
  assert.equal(held.key, bench.key('a'))
  assert.equal(await lease(bench.key('a'), LONG), undefined, 'held')
  await granted(lease(bench.key('b'), LONG))
  await held.release()
  await held.release()
  await granted(lease(bench.key('a'), LONG))
}

async function grantsOneOfMany(bench: Bench): Promise<void> {
  const lease = leasesOf(bench)
  if (lease === undefined) return
  const answers = await Promise.all(Array.from({ length: 20 }, () => lease(bench.key('a'), LONG)))
  assert.equal(answers.filter((answer) => answer !== undefined).length, 1)
}

async function countsGenerations(bench: Bench): Promise<void> {
  const lease = leasesOf(bench)
  if (lease === undefined) return
  const first = await granted(lease(bench.key('a'), LONG))
  assert.ok(Number.isSafeInteger(first.generation))
  await first.release()
  const second = await granted(lease(bench.key('a'), LONG))
  assert.ok(second.generation > first.generation, 'higher than the one before')
  await first.release()
  assert.equal(await lease(bench.key('a'), LONG), undefined, 'an old holder cannot give back what is no longer its own')
  await second.release()
  const third = await granted(lease(bench.key('a'), LONG))
  assert.ok(third.generation > second.generation, 'higher than the one before')
}

async function extendsWhatIsHeld(bench: Bench): Promise<void> {
  const lease = leasesOf(bench)
  if (lease === undefined) return
  const held = await granted(lease(bench.key('a'), LONG / 2))
  assert.equal(await held.extend(LONG), true)
  const shortened = await granted(lease(bench.key('b'), LONG))
  assert.equal(await shortened.extend(SHORT), true, 'from now, not from before')
  await bench.until('the shortened one runs out', async () => (await lease(bench.key('b'), SHORT)) !== undefined)
  assert.equal(await lease(bench.key('a'), LONG), undefined, 'extended, so it is still held')
}

async function extendsNothingLost(bench: Bench): Promise<void> {
  const lease = leasesOf(bench)
  if (lease === undefined) return
  const taken = await takenOver(bench, bench.key('a'))
  assert.equal(await taken?.late.extend(LONG), false, 'a later generation exists')
  assert.equal(await taken?.next.extend(LONG), true)
  const ranOut = await granted(lease(bench.key('b'), SHORT))
  await granted(lease(bench.key('probe'), SHORT))
  await bench.until('the later probe runs out', async () => (await lease(bench.key('probe'), SHORT)) !== undefined)
  assert.equal(await ranOut.extend(LONG), false, 'it has run out, though nobody took it')
}

async function letsTheHolderWrite(bench: Bench): Promise<void> {
  const lease = leasesOf(bench)
  if (lease === undefined) return
  const { store, key } = bench
  const fence = await granted(lease(key('lease'), LONG))
  await store.set(key('a'), bytesOf(1), { fence })
  await store.setMany([{ key: key('b'), value: bytesOf(2) }], { fence })
  await store.delete([key('a')], { fence })
  assert.equal(await store.get(key('a')), undefined)
  assertBytes(await store.get(key('b')), bytesOf(2), 'written under the lease')
}

async function refusesTheLateHolder(bench: Bench): Promise<void> {
  const { store, key } = bench
  await store.set(key('a'), bytesOf(1))
  const taken = await takenOver(bench, key('lease'))
  if (taken === undefined) return
  const fence = taken.late
  const value = bytesOf(9)
  await assert.rejects(store.set(key('a'), value, { fence }), { code: 'FENCED' }, 'set')
  await assert.rejects(
    store.setMany(
      [
        { key: key('b'), value },
        { key: key('a'), value },
      ],
      { fence },
    ),
    { code: 'FENCED' },
    'setMany',
  )
  await assert.rejects(store.delete([key('a')], { fence }), { code: 'FENCED' }, 'delete')
  await assert.rejects(store.setMany([], { fence }), { code: 'FENCED' }, 'setMany of nothing: whose lease it is by now')
  assertBytes(await store.get(key('a')), bytesOf(1), 'what was there before')
  assert.equal(await store.get(key('b')), undefined, 'nothing of a refused setMany is stored')
  await store.set(key('a'), bytesOf(2), { fence: taken.next })
  assertBytes(await store.get(key('a')), bytesOf(2), 'the new holder writes')
}

async function decidesWithTheWrite(bench: Bench): Promise<void> {
  const { store, key } = bench
  const taken = await takenOver(bench, key('lease'))
  if (taken === undefined) return
  // All in one turn: the refusal of one must not carry the others with it, and must not be overtaken by them.
  const outcomes = await Promise.allSettled([
    store.set(key('before'), bytesOf(1)),
    store.set(key('late'), bytesOf(2), { fence: taken.late }),
    store.set(key('next'), bytesOf(3), { fence: taken.next }),
    store.set(key('after'), bytesOf(4)),
  ])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  )
  const values = await store.getMany(['before', 'late', 'next', 'after'].map(key))
  assert.deepEqual(
    values.map((value) => value?.[0]),
    [1, undefined, 3, 4],
  )
}

export const leaseCases: readonly ContractCase[] = [
  { name: 'a lease is held by one, and free once released', run: isExclusive },
  { name: 'of many who ask at once one is granted', run: grantsOneOfMany },
  { name: 'each grant of a key has a higher generation than the one before', run: countsGenerations },
  { name: 'extend counts from now, and keeps a lease beyond its first end', run: extendsWhatIsHeld },
  { name: 'extend is false once the lease is lost', run: extendsNothingLost },
  { name: 'a holder writes and deletes under its fence', run: letsTheHolderWrite },
  { name: 'a holder whose lease was taken over is refused: FENCED, and nothing is written', run: refusesTheLateHolder },
  { name: 'a refused write leaves the others of its turn alone', run: decidesWithTheWrite },
]
