import { expect, test } from 'vitest'
import type { Init } from '../../../src/index.ts'
import { type Given, given, rejection } from '../download/given.ts'
import { good, json, schemaOf } from './judging.ts'

// json() of what was stored by somebody who asked for something else.
const yes = { ok: true }
const no = { ok: false }
const read = (g: Given, init: Init): Promise<unknown> => g.fetch.json(g.origin.url('/f'), init)

test('a stale one that does not pass, while it is refreshed behind: the origin is asked', async () => {
  await using g = await given({ ttl: '1m', staleWhileRevalidate: '1h' })
  g.origin.script('/f', json(no), json(yes))
  await (await g.fetch(g.origin.url('/f'))).text()
  await g.clock.advance(61_000)
  expect(await read(g, { holdfast: { schema: good() } })).toEqual(yes)
})

test('only-if-cached: one that does not pass is REJECTED, and nothing is asked', async () => {
  await using g = await given({ ttl: '1h' })
  g.origin.script('/f', json(no), json(yes))
  await (await g.fetch(g.origin.url('/f'))).text()
  const only = { cache: 'only-if-cached', holdfast: { schema: good() } } as const
  expect((await rejection(read(g, only))).code).toBe('REJECTED')
  expect(g.origin.hits()).toBe(1)
})

test('a schema that never ends, of a hit: who leaves gets his own reason', async () => {
  await using g = await given({ ttl: '1h' })
  g.origin.script('/f', json(yes))
  await (await g.fetch(g.origin.url('/f'))).text()
  const controller = new AbortController()
  const schema = schemaOf(() => new Promise(() => controller.abort('enough')))
  await expect(read(g, { signal: controller.signal, holdfast: { schema } })).rejects.toBe('enough')
  expect(g.origin.hits()).toBe(1)
})
