import { expect, test } from 'vitest'
import { Turns } from '../../src/stages/response/turns.ts'

const MiB = 1024 * 1024
const PIECE = 64 * 1024

/** Rounds of the event loop while some work is done. */
async function roundsDuring(work: Promise<unknown>): Promise<number> {
  let rounds = 0
  let over = false
  const ended = work.finally(() => {
    over = true
  })
  while (!over) {
    await new Promise((resolve) => setImmediate(resolve))
    rounds++
  }
  await ended
  return rounds
}

async function read(turns: Turns, bytes: number): Promise<void> {
  const reader = {}
  for (let at = 0; at < bytes; at += PIECE) await turns.next(reader, PIECE)
}

test('a reader alone hands out a mebibyte in a round, and no more', async () => {
  const turns = new Turns()
  const reader = {}
  let taken = 0
  while (turns.take(reader, PIECE)) taken += PIECE
  expect(taken).toBe(MiB)
  expect(await roundsDuring(read(turns, 8 * MiB))).toBeGreaterThanOrEqual(8)
})

test('many readers: the event loop goes round at least once for each mebibyte of all of them, and nobody starves', async () => {
  const turns = new Turns()
  const begun = new Set<number>()
  const atEnds: number[] = []
  const readers = Array.from({ length: 40 }, async (_, n) => {
    await read(turns, PIECE)
    begun.add(n)
    await read(turns, 4 * MiB - PIECE)
    atEnds.push(begun.size)
  })
  expect(await roundsDuring(Promise.all(readers))).toBeGreaterThanOrEqual(40 * 4)
  // In turn: none of them is through before all have begun.
  expect(atEnds).toEqual(Array.from({ length: 40 }, () => 40))
})

test('a reader whose round it is goes on at once; the others wait, also one who comes then', async () => {
  const turns = new Turns()
  const [first, second, third] = [{}, {}, {}]
  while (turns.take(first, PIECE));
  const order: string[] = []
  const one = Promise.resolve(turns.next(second, PIECE)).then(() => {
    order.push(`second goes on: ${turns.take(second, PIECE)}`, `third may not: ${turns.take(third, PIECE)}`)
  })
  const two = Promise.resolve(turns.next(first, PIECE)).then(() => order.push('first again'))
  await Promise.all([one, two])
  expect(order).toEqual(['second goes on: true', 'third may not: false', 'first again'])
})

test('one who does not come back holds up nobody', async () => {
  const turns = new Turns()
  while (turns.take({}, PIECE));
  const gone = turns.next({}, PIECE)
  const after = turns.next({}, PIECE)
  expect(await Promise.all([gone, after])).toEqual([undefined, undefined])
})
