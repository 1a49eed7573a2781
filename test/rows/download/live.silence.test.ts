import { expect, test } from 'vitest'
import { ok, stall } from '../../helpers/origin/index.ts'
import { rounds, turnFor, turnUntil } from '../../helpers/turning.ts'
import { given, inspected, rejection } from './given.ts'
import { readerOf, take } from './reading.ts'

// What may not be stored and is too large to be held is passed through; it is watched all the same, while somebody reads.
const MIB = 1024 * 1024
const large = stall(Buffer.alloc(9 * MIB, 'x'), MIB, { headers: { 'Cache-Control': 'no-store' } })

test('silence while its reader waits: STALLED, and the connection is given up', async () => {
  await using g = await given({ ttl: 'http' })
  g.origin.script('/f', large)
  const response = await g.fetch(g.origin.url('/f'))
  expect(inspected(response, 'bypass').reason).toBe('no-store')
  const error = await turnUntil(g.clock, rejection(response.bytes()))
  expect([error.code, error.url]).toEqual(['STALLED', g.origin.url('/f')])
  expect(await g.origin.requests('/f')[0]?.ended).toBe('client-gone')
  expect(g.clock.pending).toBe(0)
})

test('silence of the reader is no fault of the origin', async () => {
  await using g = await given({ ttl: 'http' })
  g.origin.script('/f', large)
  const reader = readerOf(await g.fetch(g.origin.url('/f')))
  await take(reader, 1_000)
  await turnFor(g.clock, 600_000, 10_000)
  await rounds()
  expect((await take(reader, MIB - 1_000 - 128 * 1024)).length).toBeGreaterThan(0)
  await reader.cancel()
  expect(await g.origin.requests('/f')[0]?.ended).toBe('client-gone')
})

test('nor is it before the first read: an answer that is here may be read whenever its caller comes to it', async () => {
  await using g = await given()
  g.origin.script('/order', ok('accepted'))
  const response = await g.fetch(g.origin.url('/order'), { method: 'POST', body: 'one' })
  await turnFor(g.clock, 600_000, 10_000)
  expect(await response.text()).toBe('accepted')
})
