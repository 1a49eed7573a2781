import { expect, test } from 'vitest'
import { stall } from '../../helpers/origin/index.ts'
import { rounds, turnFor } from '../../helpers/turning.ts'
import { given, inspected } from './given.ts'
import { readerOf, take } from './reading.ts'

// What may not be stored and is too large to be held is passed through; it is watched all the same, while somebody reads.
const MIB = 1024 * 1024
const large = stall(Buffer.alloc(9 * MIB, 'x'), MIB, { headers: { 'Cache-Control': 'no-store' } })

test('silence of the reader is no fault of the origin', async () => {
  await using g = await given({ ttl: 'http' })
  g.origin.script('/f', large)
  const response = await g.fetch(g.origin.url('/f'))
  expect(inspected(response, 'bypass').reason).toBe('no-store')
  const reader = readerOf(response)
  await take(reader, 1_000)
  await turnFor(g.clock, 600_000, 10_000)
  await rounds()
  expect((await take(reader, MIB - 1_000 - 64 * 1024)).length).toBeGreaterThan(0)
  await reader.cancel()
  expect(await g.origin.requests('/f')[0]?.ended).toBe('client-gone')
})
