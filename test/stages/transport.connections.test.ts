import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/model/clock.ts'
import type { Transport } from '../../src/model/transport.ts'
import { wireTransport } from '../../src/stages/transport/wire.ts'
import {
  byRequest,
  endless,
  gate,
  lyingKeepAlive,
  type Origin,
  ok,
  poison,
  raw,
  reset,
  startOrigin,
  status,
} from '../helpers/origin/index.ts'
import { rounds } from '../helpers/turning.ts'
import { bytesOf, connectionsOf, failureOf, requestTo, textAt } from './transport.ask.ts'

let origin: Origin
let wire: Transport
beforeEach(async () => {
  origin = await startOrigin()
  wire = wireTransport({ clock: systemClock })
})
afterEach(async () => {
  await wire.close()
  await origin.close()
})

const connections = (): number[] => connectionsOf(origin)

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate()
}

describe('a connection is used again', () => {
  test('after a body that was read', async () => {
    origin.script('/a', ok('one'), ok('two'))
    expect([await textAt(wire, origin.url('/a')), await textAt(wire, origin.url('/a'))]).toEqual(['one', 'two'])
    expect(connections()).toEqual([1, 1])
  })

  test('after an answer that may not have a body, and has one: not that, but the answer counts', async () => {
    origin.script('/a', raw('HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello', 'keep'), ok('a'))
    const { status, body } = await wire.send(requestTo(origin.url('/a')))
    await rounds()
    expect([status, (await bytesOf(body)).length, await textAt(wire, origin.url('/a'))]).toEqual([304, 0, 'a'])
    expect(connections()).toEqual([1, 2])
  })

  test.each(['HEAD', '204', '304', 'Content-Length 0'])('after an answer without a body: %s', async (kind) => {
    const code = Number(kind) || 200
    origin.script('/a', kind === 'HEAD' ? ok('unseen') : status(code))
    const response = await wire.send(requestTo(origin.url('/a'), { method: kind === 'HEAD' ? 'HEAD' : 'GET' }))
    expect(response.decoded).toBe(true)
    expect(await bytesOf(response.body)).toHaveLength(0)
    await textAt(wire, origin.url('/a'))
    expect(connections()).toEqual([1, 1])
  })

  test('after a body that is all here was given up', async () => {
    origin.script('/a', ok('unread'))
    const response = await wire.send(requestTo(origin.url('/a')))
    await rounds()
    response.discard()
    response.discard()
    await textAt(wire, origin.url('/a'))
    expect(connections()).toEqual([1, 1])
  })
})

describe('a connection is not used again', () => {
  test('after a body that was given up on its way', async () => {
    origin.script('/a', endless(Buffer.alloc(1000)))
    origin.script('/b', ok('b'))
    const response = await wire.send(requestTo(origin.url('/a')))
    response.discard()
    await until(() => origin.openConnections === 0)
    expect(await textAt(wire, origin.url('/b'))).toBe('b')
    expect(connections()).toEqual([1, 2])
  })

  test('after an iteration that was left', async () => {
    origin.script('/a', endless(Buffer.alloc(1000)))
    for await (const _bytes of (await wire.send(requestTo(origin.url('/a')))).body) break
    expect(await origin.requests('/a')[0]?.ended).toBe('client-gone')
  })

  test.each([0, 30])('with a second answer on it that came %d ms after the first', async (afterMs) => {
    origin.script('/a', poison('a', { afterMs }))
    origin.script('/b', ok('b'))
    expect(await textAt(wire, origin.url('/a'))).toBe('a')
    await until(() => origin.openConnections === 0)
    expect(await textAt(wire, origin.url('/b'))).toBe('b')
  })
})

describe('a used connection that turns out to be closed', () => {
  test('costs nothing but one more request', async () => {
    origin.script('/a', ok('one'), reset(), ok('three'))
    expect([await textAt(wire, origin.url('/a')), await textAt(wire, origin.url('/a'))]).toEqual(['one', 'three'])
    expect(connections()).toEqual([1, 1, 2])
    expect(origin.requests().map(({ headers }) => headers.connection)).toEqual(['keep-alive', 'keep-alive', 'close'])
  })

  test('is not replaced by another one that may be as stale', async () => {
    const both = gate(ok('a'))
    const stale = byRequest(({ connection }) => (connection <= 2 ? reset() : ok('a')))
    origin.script('/a', both, both, stale)
    const first = [textAt(wire, origin.url('/a')), textAt(wire, origin.url('/a'))]
    await both.atLeast(2)
    both.release()
    await Promise.all(first)
    expect(await textAt(wire, origin.url('/a'))).toBe('a')
  })

  test('a hundred times, by an origin that says it keeps them', async () => {
    origin.script('/a', lyingKeepAlive('a'))
    for (let n = 0; n < 100; n += 1) expect(await textAt(wire, origin.url('/a'))).toBe('a')
    expect(origin.hits('/a')).toBe(100)
  })

  test('is tried once more only', async () => {
    origin.script('/a', ok('one'), reset())
    await textAt(wire, origin.url('/a'))
    expect(await failureOf(textAt(wire, origin.url('/a')))).toBe('CONNECT')
    expect(origin.hits('/a')).toBe(3)
  })

  test.each<[string, Parameters<typeof requestTo>[1]]>([
    ['a POST', { method: 'POST', body: Buffer.from('x') }],
    ['a PUT whose body is a stream', { method: 'PUT', body: ReadableStream.from([Buffer.from('x')]) }],
  ])('fails %s: it may have been heard, or cannot be said again', async (_what, changes) => {
    origin.script('/a', ok('one'), reset())
    await textAt(wire, origin.url('/a'))
    expect(await failureOf(textAt(wire, origin.url('/a'), changes))).toBe('CONNECT')
    expect(origin.hits('/a')).toBe(2)
  })

  test('after the first bytes of an answer is a broken answer', async () => {
    origin.script('/a', ok('one'), raw('HTTP/1.1 20', 'close'), ok('three'))
    await textAt(wire, origin.url('/a'))
    expect(await failureOf(textAt(wire, origin.url('/a')))).toBe('CONNECT')
    expect(origin.hits('/a')).toBe(2)
  })

  test('a new connection that breaks is no such thing', async () => {
    origin.script('/a', reset(), ok('two'))
    expect(await failureOf(textAt(wire, origin.url('/a')))).toBe('CONNECT')
    expect(origin.hits('/a')).toBe(1)
  })
})
