import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, test } from 'vitest'
import type { Events } from '../../../src/index.ts'
import { counting, inOrder, ok, status } from '../../helpers/origin/index.ts'
import { bench, die, record, textOf } from './kit.ts'

const kept = { headers: { 'Cache-Control': 'max-age=60' }, etag: '"e"', conditional: true }

describe('on()', () => {
  test.each([
    [['misspelt', () => undefined], /^on\(event\): "misspelt" is not right\. Give one of 'lookup', .*'refresh-failed'\.$/],
    [['toString', () => undefined], /^on\(event\): "toString"/],
    [['stored'], /^on\(listener\): undefined is not right\. Give a function\.$/],
  ])('%j is refused', async (args, message) => {
    await using b = await bench()
    expect(() => Reflect.apply(b.fetch.on, undefined, args)).toThrow(TypeError)
    expect(() => Reflect.apply(b.fetch.on, undefined, args)).toThrow(message)
  })

  test('a miss: looked up, judged, attempted, stored; a hit: looked up and fresh', async () => {
    await using b = await bench({ '/r': ok('abc', kept) })
    const seen = record(b.fetch)
    await textOf(b.fetch(b.origin.url('/r')))
    await b.fetch.idle()
    const told = seen.splice(0).filter(({ name }) => name !== 'progress' && name !== 'host')
    expect(told.map(({ name }) => name)).toEqual(['lookup', 'verdict', 'attempt', 'stored'])
    const [lookup, verdict, attempt, stored] = told.map(({ event }) => event) as [
      Events['lookup'],
      Events['verdict'],
      Events['attempt'],
      Events['stored'],
    ]
    expect(new Set([lookup, verdict, attempt, stored].map(({ key }) => key)).size).toBe(1)
    expect([lookup, verdict, attempt, stored].map(({ url }) => url)).toEqual(Array(4).fill(b.origin.url('/r')))
    expect(lookup.tier).toBeUndefined()
    expect(verdict.verdict).toBe('miss')
    expect(attempt.attempt).toMatchObject({ status: 200, bytes: 3, url: b.origin.url('/r'), at: new Date(b.clock.now()) })
    expect(stored.version).toMatchObject({ size: 3, status: 200 })
    await textOf(b.fetch(b.origin.url('/r')))
    expect(seen).toMatchObject([
      { name: 'lookup', event: { tier: 'memory' } },
      { name: 'verdict', event: { verdict: 'fresh' } },
    ])
  })

  test('a refresh tells the version before; a 304 stores none', async () => {
    await using b = await bench({ '/r': inOrder(ok('a', kept), ok('a', kept), ok('b', { ...kept, etag: '"f"' })) })
    const seen: Events['stored'][] = []
    b.fetch.on('stored', (event) => void seen.push(event))
    for (let n = 0; n < 3; n++) {
      await textOf(b.fetch(b.origin.url('/r')))
      await b.clock.advance(61_000)
    }
    expect(seen).toHaveLength(2)
    expect(seen[0]?.previous).toBeUndefined()
    expect(seen[1]?.previous).toMatchObject({ id: seen[0]?.version.id, digest: seen[0]?.version.digest })
  })

  test('an outage: a fallback with the error and the age, also in the cool-down, when nothing is asked', async () => {
    await using b = await bench({ '/r': inOrder(ok('a', kept), status(503)) })
    await textOf(b.fetch(b.origin.url('/r')))
    await b.clock.advance(70_000)
    const seen = record(b.fetch)
    await textOf(b.fetch(b.origin.url('/r')))
    const fallback = seen.find(({ name }) => name === 'fallback')?.event as Events['fallback']
    expect(fallback).toMatchObject({ url: b.origin.url('/r'), staleFor: 10_000, version: { size: 1 } })
    expect(fallback.host).toBe(new URL(b.origin.url('/')).host)
    expect(fallback.error).toBeInstanceOf(Error)
    seen.length = 0
    await textOf(b.fetch(b.origin.url('/r')))
    expect(seen.map(({ name }) => name)).toContain('fallback')
    expect(seen.map(({ name }) => name)).not.toContain('attempt')
    expect(b.origin.hits('/r')).toBe(2)
  })

  test('a refresh behind that fails: refresh-failed', async () => {
    await using b = await bench({ '/r': inOrder(ok('a', kept), status(503)) }, { staleWhileRevalidate: true })
    await textOf(b.fetch(b.origin.url('/r')))
    await b.clock.advance(70_000)
    const seen: Events['refresh-failed'][] = []
    b.fetch.on('refresh-failed', (event) => void seen.push(event))
    expect(await textOf(b.fetch(b.origin.url('/r')))).toBe('a')
    await b.fetch.idle()
    expect(seen).toMatchObject([{ url: b.origin.url('/r'), error: expect.any(Error) as Error }])
  })

  test('store-skipped: no-store and too large', async () => {
    await using b = await bench(
      { '/n': ok('a', { headers: { 'Cache-Control': 'no-store' } }), '/l': ok('0123456789') },
      { maxEntryBytes: 5 },
    )
    const seen: Events['store-skipped'][] = []
    b.fetch.on('store-skipped', (event) => void seen.push(event))
    expect([await textOf(b.fetch(b.origin.url('/n'))), await textOf(b.fetch(b.origin.url('/l')))]).toEqual(['a', '0123456789'])
    expect(seen.map(({ reason, url }) => [reason, new URL(url).pathname])).toEqual([
      ['no-store', '/n'],
      ['too-large', '/l'],
    ])
  })

  test('the returned function ends it, once and for this listener alone', async () => {
    await using b = await bench({ '/r': counting() })
    const seen: string[] = []
    const listener = (): void => void seen.push('one')
    const off = b.fetch.on('lookup', listener)
    b.fetch.on('lookup', () => void seen.push('two'))
    await textOf(b.fetch(b.origin.url('/r')))
    off()
    off()
    await textOf(b.fetch(b.origin.url('/r')))
    expect(seen).toEqual(['one', 'two', 'two'])
  })

  test('a listener that throws or rejects does no harm, to the call or to other listeners', async () => {
    await using b = await bench({ '/r': counting(kept) })
    let heard = 0
    for (const name of ['lookup', 'verdict', 'attempt', 'stored'] as const) {
      b.fetch.on(name, () => {
        throw new Error('of the listener')
      })
      b.fetch.on(name, (() => Promise.reject(new Error('of the listener'))) as () => void)
      b.fetch.on(name, () => void heard++)
    }
    const loud = await quietly(async () => {
      expect([await textOf(b.fetch(b.origin.url('/r'))), await textOf(b.fetch(b.origin.url('/r')))]).toEqual(['1', '1'])
    })
    expect(heard).toBe(6)
    expect(loud).toEqual([])
  })

  test("a listener that ends itself does not take the next one's turn", async () => {
    await using b = await bench({ '/r': counting() })
    const seen: string[] = []
    const off = b.fetch.on('lookup', () => {
      seen.push('one')
      off()
    })
    b.fetch.on('lookup', () => void seen.push('two'))
    await textOf(b.fetch(b.origin.url('/r')))
    expect(seen).toEqual(['one', 'two'])
  })
})

/** Runs the work and gives what it would have thrown into the process; a listener's own trouble may not end the program. */
async function quietly(work: () => Promise<void>): Promise<unknown[]> {
  const loud: unknown[] = []
  const before = {
    uncaughtException: process.listeners('uncaughtException'),
    unhandledRejection: process.listeners('unhandledRejection'),
  }
  const names = ['uncaughtException', 'unhandledRejection'] as const
  for (const name of names) process.removeAllListeners(name).on(name, (reason: unknown) => loud.push(reason))
  try {
    await work()
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    for (const name of names) {
      process.removeAllListeners(name)
      for (const listener of before[name]) process.on(name, listener as () => void)
    }
  }
  return loud
}

describe('node:diagnostics_channel', () => {
  test('the same payloads go out as holdfast:<event>', async () => {
    await using b = await bench({ '/r': inOrder(ok('a', kept)) })
    const names = ['lookup', 'verdict', 'attempt', 'stored', 'fallback'] as const
    const published: string[] = []
    const listeners = names.map((name) => {
      const listen = (message: unknown): void => void published.push(`${name} ${JSON.stringify(message)}`)
      subscribe(`holdfast:${name}`, listen)
      return () => unsubscribe(`holdfast:${name}`, listen)
    })
    const seen = record(b.fetch)
    try {
      await textOf(b.fetch(b.origin.url('/r')))
      await b.clock.advance(61_000)
      await die(b.origin)
      await textOf(b.fetch(b.origin.url('/r')))
    } finally {
      for (const off of listeners) off()
    }
    const told = seen.filter(({ name }) => (names as readonly string[]).includes(name))
    expect(published.toSorted()).toEqual(told.map(({ name, event }) => `${name} ${JSON.stringify(event)}`).toSorted())
    expect(new Set(told.map(({ name }) => name))).toEqual(new Set(names))
  })
})
