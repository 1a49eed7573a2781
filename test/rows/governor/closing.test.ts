import { expect, test } from 'vitest'
import { gate, ok, retryLater, status } from '../../helpers/origin/index.ts'
import { isSettled, turnFor } from '../../helpers/turning.ts'
import { codeOf, given, seen, timersAtRest } from '../download/given.ts'

test('close: who waits for a paused host, for a place, or for a start, gets CLOSED at once, and no timer is left', async () => {
  await using g = await given({ limits: { concurrency: 1, hosts: [{ match: 'localhost', rate: 1, per: '1h' }] }, retry: 2 })
  const late = gate(ok('late'))
  g.origin.script('/paused', retryLater('60'))
  g.origin.script('/late', late)
  g.origin.script('/f', ok('fine'))
  const atLocalhost = (n: number): string => `http://localhost:${g.origin.port}/f?${n}`
  await seen(g.fetch(atLocalhost(0)))
  const held = g.fetch(g.origin.url('/late'))
  await late.arrived
  const waiting = [g.fetch(g.origin.url('/f')), g.fetch(atLocalhost(1)), held]
  const codes = waiting.map((call) => call.then(() => 'answered', codeOf))
  await turnFor(g.clock, 1_000)
  expect(g.fetch.cache.hosts().map(({ host, running, queued }) => [host.split(':')[0], running, queued])).toEqual([
    ['localhost', 0, 1],
    ['127.0.0.1', 1, 1],
  ])
  await g.fetch.close()
  expect(await Promise.all(codes)).toEqual(['CLOSED', 'CLOSED', 'CLOSED'])
  expect(g.clock.pending).toBe(0)
})

test('a host that is paused and left alone leaves one timer, and that until the pause is over', async () => {
  await using g = await given({ retry: false })
  const rest = await timersAtRest(g)
  g.origin.script('/f', retryLater('60'), ok('fine'))
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 429 })
  expect(g.clock.pending - rest).toBe(1)
  expect(g.fetch.cache.hosts()).toEqual([
    { host: g.origin.host, running: 0, queued: 0, concurrency: 3, state: 'waiting', until: new Date(g.clock.now() + 60_000) },
  ])
  const next = g.fetch(g.origin.url('/f'))
  await turnFor(g.clock, 59_000, 1_000)
  expect(await isSettled(next)).toBe(false)
  await turnFor(g.clock, 1_000)
  expect(await seen(next)).toMatchObject({ text: 'fine' })
  expect(g.told('host').map(({ state, concurrency }) => [state, concurrency])).toEqual([
    ['waiting', 6],
    ['waiting', 3],
    ['open', 3],
  ])
})

test('cache.hosts() after close is refused as all administration is', async () => {
  await using g = await given()
  await g.fetch.close()
  expect(() => g.fetch.cache.hosts()).toThrow('closed')
})

test('a redirect to another host takes a ticket there, and its own is given back', async () => {
  await using g = await given({ limits: { concurrency: 1 } })
  g.origin.script('/from', async (exchange) => {
    await status(302, { location: `http://localhost:${g.origin.port}/to` })(exchange)
  })
  g.origin.script('/to', ok('there'))
  const calls = [0, 1, 2].map((n) => seen(g.fetch(g.origin.url(`/from?${n}`))))
  expect((await Promise.all(calls)).map(({ text }) => text)).toEqual(['there', 'there', 'there'])
  expect(g.fetch.cache.hosts()).toEqual([])
})
