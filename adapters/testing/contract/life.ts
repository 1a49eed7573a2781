import assert from 'node:assert/strict'
import { assertBytes, type Bench, bodiesOf, bytesOf, type ContractCase, leasesOf, listed } from './bench.ts'

async function saysWhatItIs({ store }: Bench): Promise<void> {
  assert.ok(typeof store.name === 'string' && store.name !== '')
  for (const fact of ['durable', 'shared', 'remote'] as const) assert.equal(typeof store[fact], 'boolean', fact)
  if (store.maxEntryBytes !== undefined) assert.ok(store.maxEntryBytes > 0)
  assert.notEqual(store.readOnly, true, 'the suite writes')
}

async function refusesWhenClosed({ store, key }: Bench): Promise<void> {
  const fence = await store.lease?.(key('lease'), 60_000)
  await store.set(key('a'), bytesOf(1))
  await store.close()
  await store.close()
  const calls: [string, () => Promise<unknown>][] = [
    ['get', () => store.get(key('a'))],
    ['getMany', () => store.getMany([key('a')])],
    ['set', () => store.set(key('a'), bytesOf(2))],
    ['setMany', () => store.setMany([{ key: key('a'), value: bytesOf(2) }])],
    ['delete', () => store.delete([key('a')])],
    ['keys', () => listed(store.keys(key('')))],
  ]
  if (store.lease !== undefined) calls.push(['lease', async () => store.lease?.(key('b'), 1_000)])
  if (fence !== undefined) calls.push(['set with a fence', () => store.set(key('a'), bytesOf(2), { fence })])
  if (store.bodies !== undefined) calls.push(['bodies.append', async () => store.bodies?.append('abc', bytesOf(1))])
  if (store.bodies !== undefined) calls.push(['bodies.read', async () => store.bodies?.read('abc', 0, 1)])
  for (const [name, call] of calls) await assert.rejects(call, /closed/, `${name} after close`)
}

async function writesWhatItPromised({ store, key, runner }: Bench): Promise<void> {
  if (runner.reopen === undefined) return
  const writes = Array.from({ length: 20 }, (_, n) => store.set(key(`${n}`), bytesOf(n)))
  await store.close()
  const outcomes = await Promise.allSettled(writes)
  const again = await runner.reopen()
  try {
    for (const [n, { status }] of outcomes.entries()) {
      if (status === 'fulfilled')
        assertBytes(await again.get(key(`${n}`)), bytesOf(n), `write ${n}, which resolved while the store was closed`)
    }
  } finally {
    await again.close()
  }
}

async function outlivesClosing(bench: Bench): Promise<void> {
  const { store, key, runner, now } = bench
  if (runner.reopen === undefined) return
  assert.equal(store.durable, true, 'what can be opened again is durable')
  const lease = leasesOf(bench)
  const bodies = bodiesOf(bench)
  const id = bench.bodyId()
  await store.set(key('a'), bytesOf(1))
  await store.set(key('b'), bytesOf(2), { expires: now() + 3_600_000 })
  await bodies?.append(id, bytesOf(3, 4))
  const held = await lease?.(key('held'), 60_000)
  const released = await lease?.(key('released'), 60_000)
  await released?.release()
  await store.close()
  const again = await runner.reopen()
  try {
    assert.deepEqual(
      (await again.getMany([key('a'), key('b')])).map((value) => value?.[0]),
      [1, 2],
    )
    assert.deepEqual(await listed(again.keys(key(''))), [key('a'), key('b')])
    if (bodies !== undefined) assertBytes(await again.bodies?.read(id, 0, 2), bytesOf(3, 4), 'the body')
    if (held !== undefined) assert.equal(await again.lease?.(key('held'), 60_000), undefined, 'held by the one who closed')
    const next = released && (await again.lease?.(key('released'), 60_000))
    if (released !== undefined) assert.ok((next?.generation ?? 0) > released.generation, 'higher than the one before')
  } finally {
    await again.close()
  }
}

export const lifeCases: readonly ContractCase[] = [
  { name: 'it says what it is', run: saysWhatItIs },
  { name: 'once closed, each call rejects and says so', run: refusesWhenClosed },
  { name: 'a write that resolves while the store is closed is stored', run: writesWhatItPromised },
  { name: 'values, bodies and leases outlive closing', run: outlivesClosing },
]
