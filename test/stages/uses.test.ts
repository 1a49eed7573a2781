import { expect, test } from 'vitest'
import { manualClock } from '../../adapters/testing/index.ts'
import type { Served } from '../../src/model/rooms.ts'
import { Uses } from '../../src/stages/uses.ts'

test('an outage over more entries than a call takes arguments: the oldest fallback is told', () => {
  const nothing = (): void => undefined
  const uses = new Uses({
    clock: manualClock(),
    areKept: false,
    write: async () => false,
    read: async () => undefined,
    background: nothing,
    settle: nothing,
  })
  const fallBack = (key: string, checkedAt: number): void =>
    uses.count({ call: { key }, held: { version: { size: 1 }, ref: { id: '1', checkedAt } }, outcome: 'fallback' } as Served)
  for (let n = 0; n < 200_000; n += 1) fallBack(`${n}`, 1_000_000 - n)
  expect(uses.totals().oldestFallback).toEqual(new Date(800_001))
})
