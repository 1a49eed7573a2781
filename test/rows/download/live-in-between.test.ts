import { expect, test } from 'vitest'
import { inspect } from '../../../src/index.ts'
import { chunked, cut, gatedBody, ok } from '../../helpers/origin/index.ts'
import { given, rejection } from './given.ts'

// A body of known length breaks, and what comes when it is asked for again is a stream without one, which is passed through live.
const body = Buffer.from('{"a":1}\n'.repeat(20_000))
const ndjson = { headers: { 'Content-Type': 'application/x-ndjson' } }

test('who reads the body as it comes is told, and does not wait for ever', async () => {
  await using g = await given()
  g.origin.script('/f', cut(body, '50%', ndjson), chunked(body, ndjson))
  const response = await g.fetch(g.origin.url('/f'), { holdfast: { delivery: 'streaming' } })
  expect((await rejection(response.text())).message).toContain('a stream that may never end')
  await g.fetch.idle()
})

test('where the whole comes again after that, who has read nothing has it', async () => {
  await using g = await given()
  g.origin.script('/f', cut(body, '50%', ndjson), chunked(body, ndjson), ok(body, ndjson))
  const response = await g.fetch(g.origin.url('/f'), { holdfast: { delivery: 'streaming' } })
  await g.fetch.idle()
  expect(await response.bytes()).toEqual(new Uint8Array(body))
})

test('who waits for the whole is given the stream; who went along and reads as it comes is told', async () => {
  await using g = await given()
  const half = gatedBody(body, 80_000, ndjson)
  g.origin.script('/f', half, chunked(body, ndjson))
  const whole = g.fetch(g.origin.url('/f'))
  await half.arrived
  const streamed = await g.fetch(g.origin.url('/f'), { holdfast: { delivery: 'streaming' } })
  const told = rejection(streamed.text())
  g.origin.kill()
  expect([inspect(await whole)?.outcome, (await (await whole).bytes()).length]).toEqual(['bypass', body.length])
  expect((await told).message).toContain('a stream that may never end')
  expect(g.origin.hits('/f')).toBe(2)
})
