import { expect, test } from 'vitest'
import { gate, ok } from '../../helpers/origin/index.ts'
import { rounds, turnFor } from '../../helpers/turning.ts'
import { given, seen } from '../download/given.ts'
import { MINUTE, SECOND } from '../versions/histories.ts'
import { all, urls } from './kit.ts'

// Nobody waits for what is done ahead: in the line of a host it stands behind who does (B04).
test('a caller goes before a prefetch that came first, and an input that says so before both', async () => {
  await using g = await given({ ttl: '1h', limits: { concurrency: 1 } })
  const held = gate(ok('x'))
  g.origin.script('/held', held)
  g.origin.script('/caller', ok('x'))
  const list = urls(g, 4)
  const first = seen(g.fetch(g.origin.url('/held')))
  await held.arrived
  const [a = '', b = '', c = '', urgent = ''] = list
  const ahead = all(g.fetch.prefetch([a, b, c, [urgent, { holdfast: { priority: 20 } }]]))
  await rounds()
  const caller = seen(g.fetch(g.origin.url('/caller')))
  await rounds()
  held.release()
  await Promise.all([first, ahead, caller])
  expect(g.origin.requests().map(({ path }) => path)).toEqual(['/held', '/3', '/caller', '/0', '/1', '/2'])
})

test('also where the entry has a policy of its own', async () => {
  await using g = await given({ ttl: '1h', limits: { concurrency: 1 } })
  const held = gate(ok('x'))
  g.origin.script('/held', held)
  g.origin.script('/caller', ok('x'))
  const [url = ''] = urls(g, 1)
  await g.fetch.entry(url).setPolicy({ tags: ['mine'] })
  const first = seen(g.fetch(g.origin.url('/held')))
  await held.arrived
  const ahead = all(g.fetch.prefetch([url]))
  await rounds()
  const caller = seen(g.fetch(g.origin.url('/caller')))
  await rounds()
  held.release()
  await Promise.all([first, ahead, caller])
  expect(g.origin.requests().map(({ path }) => path)).toEqual(['/held', '/caller', '/0'])
})

test('a caller goes before a refresh that fell due first', async () => {
  await using g = await given({ ttl: '1h', limits: { concurrency: 1 } })
  const held = gate(ok('x'))
  g.origin.script('/f', ok('x'))
  g.origin.script('/held', held)
  g.origin.script('/caller', ok('x'))
  await seen(g.fetch(g.origin.url('/f'), { holdfast: { refresh: { every: '1m' } } }))
  await turnFor(g.clock, MINUTE - SECOND, 10_000)
  const first = seen(g.fetch(g.origin.url('/held')))
  await held.arrived
  await turnFor(g.clock, SECOND, 1_000)
  const caller = seen(g.fetch(g.origin.url('/caller')))
  await rounds()
  held.release()
  await Promise.all([first, caller])
  await g.fetch.idle()
  expect(g.origin.requests().map(({ path }) => path)).toEqual(['/f', '/held', '/caller', '/f'])
})
