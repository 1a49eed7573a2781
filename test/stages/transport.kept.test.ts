import { AsyncLocalStorage } from 'node:async_hooks'
import { type ChannelListener, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, test } from 'vitest'
import { ok, startOrigin } from '../helpers/origin/index.ts'
import { connectionsOf, textAt, wired } from './transport.ask.ts'

describe('an origin that says how long it keeps a connection', () => {
  test.each([
    ['timeout=5', [1, 1]],
    ['max=100, timeout=5', [1, 1]],
    ['max=100', [1, 1]],
    // A request may be under way for as long.
    ['timeout=1', [1, 2]],
    ['Timeout=0', [1, 2]],
    ['max=100, timeout=1', [1, 2]],
  ])('%s: its connections are %j', async (said, used) => {
    const { origin, wire } = await wired()
    origin.script('/a', ok('a', { headers: { Connection: 'keep-alive', 'Keep-Alive': said } }))
    expect([await textAt(wire, origin.url('/a')), await textAt(wire, origin.url('/a'))]).toEqual(['a', 'a'])
    expect(connectionsOf(origin)).toEqual(used)
  })
})

test('two origins that differ in their port alone have connections of their own', async () => {
  const { origin, wire } = await wired()
  await using other = await startOrigin()
  origin.script('/a', ok('one'))
  other.script('/a', ok('other'))
  const texts = [origin, other, origin, other].map((one) => () => textAt(wire, one.url('/a')))
  const read: string[] = []
  for (const text of texts) read.push(await text())
  expect(read).toEqual(['one', 'other', 'one', 'other'])
  expect([origin, other].map(connectionsOf)).toEqual([
    [1, 1],
    [1, 1],
  ])
})

test('what answers a second request on a connection runs in the context of who asked it', async () => {
  const { origin, wire } = await wired()
  const context = new AsyncLocalStorage<string>()
  origin.script('/a', ok('a'))
  const asked = (name: string): Promise<string[]> =>
    context.run(name, async () => {
      const heard: string[] = []
      const answered = ({ request }: { request: { once(event: string, listener: () => void): unknown } }): void => {
        request.once('response', () => heard.push(context.getStore() ?? 'nobody'))
      }
      subscribe('http.client.request.start', answered as ChannelListener)
      await textAt(wire, origin.url('/a'))
      unsubscribe('http.client.request.start', answered as ChannelListener)
      return heard
    })
  expect([await asked('first'), await asked('second')]).toEqual([['first'], ['second']])
  expect(connectionsOf(origin)).toEqual([1, 1])
})
