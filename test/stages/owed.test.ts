import { expect, test } from 'vitest'
import type { EntryRecord } from '../../src/model/record.ts'
import { Owed } from '../../src/stages/tiers/owed.ts'

test('what the only tier does not take is bounded where bodies are small, or there are none: the oldest goes', () => {
  const owed = new Owed()
  const forgotten: string[] = []
  for (let n = 0; n < 20_000; n += 1) {
    const placed = { version: { id: '1', size: 0 }, body: new Uint8Array() } as Parameters<Owed['add']>[1]
    forgotten.push(...owed.add({ key: `${n}` } as EntryRecord, placed))
  }
  // 32 MiB, at 2 KiB an entry.
  expect(forgotten.length).toBe(20_000 - 16_384)
  expect([owed.of('0'), owed.of('19999')]).toMatchObject([undefined, { entry: { key: '19999' } }])
})
