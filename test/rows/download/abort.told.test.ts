import { expect, test } from 'vitest'
import { hang, type Step, stall } from '../../helpers/origin/index.ts'
import { rounds, turnFor } from '../../helpers/turning.ts'
import { given } from './given.ts'

const body = 'x'.repeat(100_000)

// An attempt that its callers ended is told as far as it had come.
test.each<[string, Step, object]>([
  ['in the middle of its body', stall(body, 70_000), { status: 200, bytes: 70_000 }],
  ['before its headers', hang(), { bytes: 0 }],
])('%s', async (_, step, told) => {
  await using g = await given()
  g.origin.script('/f', step)
  const controller = new AbortController()
  const call = g.fetch(g.origin.url('/f'), { signal: controller.signal }).catch((reason: unknown) => reason)
  while (g.origin.requests()[0] === undefined) await rounds(1)
  await turnFor(g.clock, 1_500)
  controller.abort('enough')
  expect(await call).toBe('enough')
  await g.fetch.idle()
  expect(g.told('attempt').map(({ attempt }) => attempt)).toEqual([
    { ...told, at: expect.any(Date), ms: 1_500, url: g.origin.url('/f') },
  ])
})

test('what was resumed: the bytes that this attempt brought, and from where', async () => {
  await using g = await given()
  const strong = { etag: '"1"', ranges: true }
  g.origin.script('/f', stall(body, 70_000, strong), stall(body, 21_024, strong))
  const controller = new AbortController()
  const call = g.fetch(g.origin.url('/f'), { signal: controller.signal }).catch((reason: unknown) => reason)
  while (g.origin.requests()[1] === undefined) await turnFor(g.clock, 1_000)
  await rounds()
  controller.abort('enough')
  expect(await call).toBe('enough')
  await g.fetch.idle()
  expect(g.told('attempt').map(({ attempt }) => [attempt.bytes, attempt.resumedFrom, attempt.error?.code])).toEqual([
    [70_000, undefined, 'STALLED'],
    [20_000, 70_000, undefined],
  ])
})
