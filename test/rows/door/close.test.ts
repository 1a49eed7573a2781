import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { HoldfastError, inspect } from '../../../src/index.ts'
import { cut, gate, gatedBody, inOrder, ok, status } from '../../helpers/origin/index.ts'
import { bench, failureOf, textOf } from './kit.ts'

const kept = { headers: { 'Cache-Control': 'max-age=600' } }
const TWO_MB = Buffer.alloc(2 * 1024 * 1024, 'x')

async function inFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-door-'))
  try {
    await work(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

describe('idle()', () => {
  test('resolves at once where nothing is going on', async () => {
    await using b = await bench()
    expect(await b.fetch.idle()).toBeUndefined()
  })

  test('waits for what goes on behind an answer', async () => {
    const waiting = gate(ok('new', kept))
    await using b = await bench({ '/r': inOrder(ok('old'), waiting) }, { staleWhileRevalidate: true })
    await textOf(b.fetch(b.origin.url('/r')))
    expect(await textOf(b.fetch(b.origin.url('/r')))).toBe('old')
    await waiting.arrived
    let idle = false
    const done = b.fetch.idle().then(() => {
      idle = true
    })
    await b.clock.advance(0)
    expect(idle).toBe(false)
    waiting.release()
    await done
    expect(await textOf(b.fetch(b.origin.url('/r')))).toBe('new')
  })

  test('does not reject when the refresh behind fails', async () => {
    await using b = await bench({ '/r': inOrder(ok('old'), status(503)) }, { staleWhileRevalidate: true })
    await textOf(b.fetch(b.origin.url('/r')))
    await textOf(b.fetch(b.origin.url('/r')))
    await b.fetch.idle()
    expect(b.origin.hits('/r')).toBe(2)
  })

  test('waitUntil is told of work that outlives the call', async () => {
    const waiting = gate(ok('new', kept))
    const told: Promise<unknown>[] = []
    await using b = await bench(
      { '/r': inOrder(ok('old'), waiting) },
      { staleWhileRevalidate: true, waitUntil: (work) => void told.push(work) },
    )
    await textOf(b.fetch(b.origin.url('/r')))
    await Promise.all(told.splice(0))
    await textOf(b.fetch(b.origin.url('/r')))
    await waiting.arrived
    expect(told.length).toBeGreaterThan(0)
    waiting.release()
    await Promise.all(told)
    expect(await textOf(b.fetch(b.origin.url('/r'), { cache: 'only-if-cached' }))).toBe('new')
  })
})

describe('close()', () => {
  test('refuses new calls of every kind with CLOSED, and may be called again', async () => {
    await using b = await bench({ '/r': ok('a', kept) })
    await textOf(b.fetch(b.origin.url('/r')))
    await b.fetch.close()
    await b.fetch.close()
    await b.fetch[Symbol.asyncDispose]()
    const url = b.origin.url('/r')
    const calls = [
      () => b.fetch(url),
      () => b.fetch(url, { method: 'POST' }),
      () => b.fetch(url, { cache: 'only-if-cached' }),
      () => b.fetch.put(url, new Response('x')),
      () => b.fetch.cache.has(url),
    ]
    for (const call of calls) {
      const error = await failureOf(call())
      expect(error).toBeInstanceOf(HoldfastError)
      expect(error.code).toBe('CLOSED')
    }
    expect(b.origin.hits()).toBe(1)
  })

  test('a caller that waits gets CLOSED where there is no fallback', async () => {
    const waiting = gate()
    await using b = await bench({ '/r': waiting })
    const failure = failureOf(b.fetch(b.origin.url('/r')))
    await waiting.arrived
    await b.fetch.close()
    expect((await failure).code).toBe('CLOSED')
  })

  test('and the fallback where there is one', async () => {
    const waiting = gate()
    await using b = await bench({ '/r': inOrder(ok('old'), waiting) })
    await textOf(b.fetch(b.origin.url('/r')))
    const answer = b.fetch(b.origin.url('/r'))
    await waiting.arrived
    await b.fetch.close()
    const response = await answer
    expect([await response.text(), inspect(response)?.outcome]).toEqual(['old', 'fallback'])
  })

  test('responses handed out stay readable, large ones from their files too', async () => {
    await inFolder(async (dir) => {
      await using b = await bench({ '/r': ok(TWO_MB, kept), '/s': ok('small', kept) })
      const fetch = b.open({ tiers: [sqlite(join(dir, 'cache.db'))] })
      await textOf(fetch(b.origin.url('/r')))
      const [large, small] = [await fetch(b.origin.url('/r')), await fetch(b.origin.url('/s'))]
      const closing = fetch.close()
      expect((await large.bytes()).length).toBe(TWO_MB.length)
      expect(await small.text()).toBe('small')
      await closing
    })
  })

  test('flushes: what a caller has seen is there for the next instance', async () => {
    await inFolder(async (dir) => {
      await using b = await bench({ '/r': ok(TWO_MB, kept), '/s': ok('small', kept) })
      const first = b.open({ tiers: [sqlite(join(dir, 'cache.db'))] })
      for (const path of ['/r', '/s']) await textOf(first(b.origin.url(path)))
      await first.close()
      const second = b.open({ tiers: [sqlite(join(dir, 'cache.db'))] })
      expect([(await textOf(second(b.origin.url('/r')))).length, await textOf(second(b.origin.url('/s')))]).toEqual([
        TWO_MB.length,
        'small',
      ])
      expect(b.origin.hits()).toBe(2)
    })
  })

  test('in the middle of a download: half a body is never served, the next instance has the whole', async () => {
    await inFolder(async (dir) => {
      const options = { etag: '"e"', ranges: true }
      const half = gatedBody(TWO_MB, '75%', options)
      await using b = await bench({ '/r': inOrder(half, ok(TWO_MB, options)) })
      const first = b.open({ tiers: [sqlite(join(dir, 'cache.db'))] })
      const failure = failureOf(first(b.origin.url('/r')))
      await half.arrived
      await first.close()
      expect((await failure).code).toBe('CLOSED')
      const second = b.open({ tiers: [sqlite(join(dir, 'cache.db'))] })
      expect(await second.cache.has(b.origin.url('/r'))).toBe(false)
      expect(TWO_MB.equals(await (await second(b.origin.url('/r'))).bytes())).toBe(true)
      expect(b.origin.hits('/r')).toBe(2)
    })
  })

  test('a body that streams in ends with CLOSED, whether it has been read from or not', async () => {
    const half = gatedBody(TWO_MB, '75%')
    await using b = await bench({ '/r': half })
    const asking = () => b.fetch(b.origin.url('/r'), { holdfast: { delivery: 'streaming' } })
    const [begun, unread] = [await asking(), await asking()]
    const reader = begun.body?.getReader()
    await reader?.read()
    await b.fetch.close()
    const drained = async (): Promise<void> => {
      while (!(await reader?.read())?.done);
    }
    expect((await failureOf(drained())).code).toBe('CLOSED')
    expect((await failureOf(unread.text())).code).toBe('CLOSED')
  })

  test('gives its sockets back', async () => {
    await using b = await bench({ '/r': ok('a'), '/cut': cut('0123456789', 3) })
    await textOf(b.fetch(b.origin.url('/r')))
    await failureOf(b.fetch(b.origin.url('/cut')))
    await b.fetch.close()
    await expect.poll(() => b.origin.openConnections).toBe(0)
  })

  test('await using closes', async () => {
    await using b = await bench({ '/r': ok('a') })
    let kept_: ReturnType<typeof b.open>
    {
      await using fetch = b.open()
      kept_ = fetch
      expect(await textOf(fetch(b.origin.url('/r')))).toBe('a')
    }
    expect((await failureOf(kept_(b.origin.url('/r')))).code).toBe('CLOSED')
  })
})
