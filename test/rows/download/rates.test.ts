import { expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { closeDelimited, type Step, stall } from '../../helpers/origin/index.ts'
import { isSettled, turnFor, turnUntil } from '../../helpers/turning.ts'
import { fed } from './fed.ts'
import { given, inspected, rejection, seen } from './given.ts'

test('a body that is slow but steady is not cut: longer than headers, stall and deadline together', async () => {
  await using g = await given({ retry: false })
  const body = pseudoRandom(40 * 16_384)
  const slow = fed(body.length)
  g.origin.script('/f', slow.step)
  const call = g.fetch(g.origin.url('/f')).then((response) => response.bytes())
  for (let n = 0; n < 40; n += 1) {
    await slow.next(body.subarray(n * 16_384, (n + 1) * 16_384))
    await turnFor(g.clock, 8_000, 4_000)
  }
  expect(g.clock.monotonic()).toBe(320_000)
  expect(sha256(await call)).toBe(sha256(body))
})

test('total bounds the whole body too, however well it comes, and with it the attempts', async () => {
  await using g = await given({ timeouts: { total: '20s' } })
  const body = pseudoRandom(40 * 16_384)
  const slow = fed(body.length)
  g.origin.script('/steady', slow.step)
  g.origin.script('/stalls', stall(body, 1_000))
  const call = rejection(g.fetch(g.origin.url('/steady')))
  for (let n = 0; n < 10; n += 1) {
    expect(await isSettled(call)).toBe(false)
    await slow.next(body.subarray(n * 16_384, (n + 1) * 16_384))
    await turnFor(g.clock, 2_000)
  }
  expect((await turnUntil(g.clock, call, { limit: 500 })).code).toBe('TIMEOUT')
  expect((await turnUntil(g.clock, rejection(g.fetch(g.origin.url('/stalls'))), { limit: 20_500 })).code).toBe('TIMEOUT')
})

test('a trickle of unknown length ends in STALLED, which names delivery: live', async () => {
  await using g = await given({ retry: false })
  const drip: Step = async (exchange) => {
    await exchange.head(200, { Connection: 'close' })
    for (;;) {
      await exchange.wait(1)
      await exchange.send(Buffer.from('x'))
    }
  }
  g.origin.script('/f', drip)
  const error = await turnUntil(g.clock, rejection(g.fetch(g.origin.url('/f'))), { step: 1_000, limit: 65_000 })
  expect(error.code).toBe('STALLED')
  expect(`${error.message} ${error.attempts[0]?.error?.message}`).toMatch(/delivery.*live/)
})

test.each([
  ['100KB', { rejected: 'STALLED' }],
  ['1KB', { status: 200, outcome: 'miss' }],
])('minRate is what is said: %s against 50 KB a second', async (minRate, expected) => {
  await using g = await given({ retry: false })
  const body = pseudoRandom(40 * 51_200)
  const slow = fed(body.length)
  g.origin.script('/f', slow.step)
  const call = seen(g.fetch(g.origin.url('/f'), { holdfast: { timeouts: { minRate } } }))
  for (let n = 0; n < 40 && !(await isSettled(call)); n += 1) {
    await slow.next(body.subarray(n * 51_200, (n + 1) * 51_200))
    await turnFor(g.clock, 1_000, 1_000)
  }
  expect(await call).toMatchObject(expected)
})

test('minRate: 0 takes any pace that does not stall', async () => {
  await using g = await given({ retry: false, timeouts: { minRate: 0 } })
  const slow = fed(10)
  g.origin.script('/f', slow.step)
  const call = seen(g.fetch(g.origin.url('/f')))
  for (let n = 0; n < 10; n += 1) {
    await turnFor(g.clock, 20_000, 5_000)
    await slow.next(Buffer.from('x'))
  }
  expect(await call).toMatchObject({ text: 'xxxxxxxxxx' })
})

test('a body that ended by closing is told as unproven', async () => {
  await using g = await given()
  g.origin.script('/f', closeDelimited('all of it'))
  const response = await g.fetch(g.origin.url('/f'))
  expect(inspected(response, 'miss')).toMatchObject({ version: { proven: false }, warnings: [expect.any(String)] })
})
