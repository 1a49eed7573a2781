import { expect, test } from 'vitest'
import { Gathered } from '../../src/stages/bodies/gathered.ts'
import { pseudoRandom } from '../helpers/digest.ts'

const BYTES = pseudoRandom(3_000_000)

/** Small ones and large ones, in no order. */
function cut(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += pieces.at(-1)?.length ?? 0) {
    const dice = bytes[at] ?? 0
    pieces.push(bytes.subarray(at, at + 1 + (dice % 7 === 0 ? dice * 300 : dice % 50)))
  }
  return pieces
}

test('pieces of any size come back as what they were together, from any offset on', () => {
  const gathered = new Gathered()
  for (const piece of cut(BYTES)) {
    const [before, last] = [gathered.size, gathered.from(gathered.size - 1).slice()]
    gathered.add(piece)
    // What was handed out is not written over.
    expect(before === 0 || last.at(-1) === BYTES[before - 1]).toBe(true)
  }
  expect(gathered.size).toBe(BYTES.length)
  expect(Buffer.compare(gathered.all(), BYTES)).toBe(0)
  for (let at = 0; at < BYTES.length; at += 99_991) {
    const found = gathered.from(at)
    expect([found.length > 0, Buffer.compare(found, BYTES.subarray(at, at + found.length))]).toEqual([true, 0])
  }
  expect(gathered.from(BYTES.length)).toHaveLength(0)
})

test('a hundred thousand bytes that come one by one are few pieces, and hold no memory but their own', () => {
  const gathered = new Gathered()
  for (let n = 0; n < 100_000; n++) gathered.add(new Uint8Array(2).fill(n).subarray(0, 1))
  expect(gathered.pieces.length).toBeLessThan(30)
  expect(new Set(gathered.pieces.map(({ buffer }) => buffer)).size).toBeLessThan(30)
  expect(gathered.all()).toEqual(Buffer.from(Uint8Array.from({ length: 100_000 }, (_, n) => n)))
})

test('what comes in few pieces is not copied', () => {
  const gathered = new Gathered()
  const pieces = Array.from({ length: 10 }, () => new Uint8Array(100))
  for (const piece of pieces) gathered.add(piece)
  for (const [n, piece] of pieces.entries()) expect(gathered.pieces[n]).toBe(piece)
})
