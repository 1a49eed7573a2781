import assert from 'node:assert/strict'
import { assertBytes, type Bench, bodiesOf, bytesOf, type ContractCase, listed, randomly } from './bench.ts'

async function readsWhatWasAppended(bench: Bench): Promise<void> {
  const bodies = bodiesOf(bench)
  if (bodies === undefined) return
  const id = bench.bodyId()
  await bodies.append(id, bytesOf(0, 1, 2, 3))
  assert.equal(await bodies.size(id), 4)
  await bodies.append(id, bytesOf(4, 5, 6))
  assert.equal(await bodies.size(id), 7)
  const ranges = [
    [0, 7],
    [0, 4],
    [2, 6],
    [6, 7],
    [3, 3],
  ] as const
  for (const [from, to] of ranges) {
    assertBytes(await bodies.read(id, from, to), bytesOf(0, 1, 2, 3, 4, 5, 6).subarray(from, to), `${from} to ${to}`)
  }
  assertBytes(await bodies.read(id, 5, 100), bytesOf(5, 6), 'beyond the end')
  assertBytes(await bodies.read(id, 7, 100), bytesOf(), 'from the end')
  assertBytes(await bodies.read(id, 50, 100), bytesOf(), 'from beyond the end')
}

async function keepsLargeBodies(bench: Bench): Promise<void> {
  const bodies = bodiesOf(bench)
  if (bodies === undefined) return
  const id = bench.bodyId()
  const pieces = [1_048_608, 1_048_608, 1, 0, 999_999].map(randomly)
  for (const piece of pieces) await bodies.append(id, piece)
  const whole = Buffer.concat(pieces)
  assert.equal(await bodies.size(id), whole.length)
  assertBytes(await bodies.read(id, 0, whole.length), whole, 'the whole')
  assertBytes(await bodies.read(id, 1_000_000, 2_200_000), whole.subarray(1_000_000, 2_200_000), 'across the pieces')
}

async function takesCopies(bench: Bench): Promise<void> {
  const bodies = bodiesOf(bench)
  if (bodies === undefined) return
  const id = bench.bodyId()
  const bytes = bytesOf(1, 2, 3)
  await bodies.append(id, bytes)
  bytes.fill(9)
  const read = await bodies.read(id, 0, 3)
  read?.fill(8)
  assertBytes(await bodies.read(id, 0, 3), bytesOf(1, 2, 3), 'after both arrays were overwritten')
}

async function keepsBodiesApart(bench: Bench): Promise<void> {
  const bodies = bodiesOf(bench)
  if (bodies === undefined) return
  const ids = Array.from({ length: 30 }, () => bench.bodyId())
  for (let round = 0; round < 3; round++) await Promise.all(ids.map((id, n) => bodies.append(id, bytesOf(n, round))))
  for (const [n, id] of ids.entries()) assertBytes(await bodies.read(id, 0, 6), bytesOf(n, 0, n, 1, n, 2), `body ${n}`)
}

async function deletesBodies(bench: Bench): Promise<void> {
  const bodies = bodiesOf(bench)
  if (bodies === undefined) return
  const [kept, gone, never] = [bench.bodyId(), bench.bodyId(), bench.bodyId()]
  await bodies.append(kept, bytesOf(1))
  await bodies.append(gone, bytesOf(2))
  assert.equal(await bodies.size(never), undefined)
  assert.equal(await bodies.read(never, 0, 1), undefined)
  const before = await listed(bodies.ids())
  assert.ok(before.includes(kept) && before.includes(gone) && !before.includes(never), 'ids names what is there')
  await bodies.delete([gone, never])
  await bodies.delete([])
  assert.equal(await bodies.size(gone), undefined)
  assert.equal(await bodies.read(gone, 0, 1), undefined)
  assertBytes(await bodies.read(kept, 0, 1), bytesOf(1), 'the one that was not named')
  assert.ok(!(await listed(bodies.ids())).includes(gone))
}

async function refusesStrangeIds(bench: Bench): Promise<void> {
  const bodies = bodiesOf(bench)
  if (bodies === undefined) return
  for (const id of ['../up', 'a/b', '', '.', 'A', 'a\0b', 'x'.repeat(5_000)]) {
    await assert.rejects(bodies.append(id, bytesOf(1)), Error, JSON.stringify(id))
  }
}

export const bodyCases: readonly ContractCase[] = [
  { name: 'bodies: read gives what was appended, and fewer bytes where the body ends', run: readsWhatWasAppended },
  { name: 'bodies: megabytes come back as they were', run: keepsLargeBodies },
  { name: 'bodies: what the caller does to arrays afterwards does not reach the body', run: takesCopies },
  { name: 'bodies: many are written at once', run: keepsBodiesApart },
  { name: 'bodies: delete removes what it names, and ids tells what is there', run: deletesBodies },
  { name: 'bodies: an id that is no file name is refused', run: refusesStrangeIds },
]
