import { expect, test } from 'vitest'
import { Lending } from '../../src/stages/bodies/lending.ts'

const CHUNK = new Uint8Array(1024 * 1024)

/** What was read, into which memory; each chunk is full of its number. */
function reading(chunks: number, where: 'into the room' | 'elsewhere' = 'into the room') {
  const reads: { n: number; room: Uint8Array | undefined }[] = []
  const lending = new Lending(chunks, async (n, room) => {
    reads.push({ n, room })
    const bytes = where === 'elsewhere' || room === undefined ? new Uint8Array(CHUNK.length) : room.subarray(0, CHUNK.length)
    return bytes.fill(n)
  })
  return { reads, lending }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('one reader: the next chunk is read ahead from the second on, into the memory of the one before, and never over one that is lent', async () => {
  const { reads, lending } = reading(8)
  for (let n = 0; n < 8; n++) {
    const loan = await lending.lend(n)
    await settled()
    expect(reads.map((read) => read.n)).toEqual(Array.from({ length: n === 0 ? 1 : Math.min(n + 2, 8) }, (_, each) => each))
    expect(loan.bytes.every((byte) => byte === n)).toBe(true)
    loan.end()
  }
  expect(new Set(reads.map(({ room }) => room?.buffer)).size).toBeLessThanOrEqual(3)
})

test('a chunk that somebody still has is not written over, however far others have read', async () => {
  const { reads, lending } = reading(20)
  const kept = await lending.lend(0)
  for (let n = 0; n < 20; n++) (await lending.lend(n)).end()
  await settled()
  expect(kept.bytes.every((byte) => byte === 0)).toBe(true)
  expect(reads.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n))
  // To say it twice frees nothing that somebody else has by now.
  kept.end()
  const other = await lending.lend(5)
  kept.end()
  for (let n = 6; n < 12; n++) (await lending.lend(n)).end()
  expect(other.bytes.every((byte) => byte === 5)).toBe(true)
})

test('those who read side by side have it read once', async () => {
  const { reads, lending } = reading(6)
  for (let n = 0; n < 6; n++) {
    const loans = await Promise.all(Array.from({ length: 50 }, () => lending.lend(n)))
    for (const loan of loans) loan.end()
  }
  expect(reads.map(({ n }) => n)).toEqual([0, 1, 2, 3, 4, 5])
})

test('a store that gives memory of its own is asked for no more rooms, and what it gave is never written to', async () => {
  const { reads, lending } = reading(6, 'elsewhere')
  const given: Uint8Array[] = []
  for (let n = 0; n < 6; n++) {
    const loan = await lending.lend(n)
    given.push(loan.bytes)
    loan.end()
    await settled()
  }
  expect(reads.filter(({ room }) => room !== undefined).length).toBeLessThanOrEqual(2)
  expect(given.map((bytes) => bytes[77])).toEqual([0, 1, 2, 3, 4, 5])
})

test('what failed is read again when it is asked for again, and never into the same memory', async () => {
  const rooms: (Uint8Array | undefined)[] = []
  let fails = true
  const lending = new Lending(4, async (n, room) => {
    rooms.push(room)
    if (n === 2 && fails) throw new Error('the disk')
    return (room ?? new Uint8Array(CHUNK.length)).subarray(0, CHUNK.length).fill(n)
  })
  for (const n of [0, 1]) (await lending.lend(n)).end()
  await expect(lending.lend(2)).rejects.toThrow('the disk')
  const [, , failed] = rooms
  fails = false
  const loan = await lending.lend(2)
  // Late, as a call that was given up may be.
  failed?.fill(9)
  expect(loan.bytes.every((byte) => byte === 2)).toBe(true)
  loan.end()
  expect((await lending.lend(3)).bytes[0]).toBe(3)
  expect(rooms.slice(3).map((room) => room?.buffer)).not.toContain(failed?.buffer)
})

test('when nobody reads any more nothing is in hand', async () => {
  const { reads, lending } = reading(4)
  const loan = await lending.lend(0)
  lending.drop()
  loan.end()
  ;(await lending.lend(0)).end()
  expect(reads.map(({ n }) => n)).toEqual([0, 0])
  expect(reads[1]?.room?.buffer).not.toBe(reads[0]?.room?.buffer)
})
