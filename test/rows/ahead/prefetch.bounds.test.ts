import { describe, expect, test } from 'vitest'
import { HoldfastError } from '../../../src/index.ts'
import { gate, ok } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { given } from '../download/given.ts'
import { all, HOUR, urls } from './kit.ts'

describe('bounded', () => {
  test('no more under way than concurrency, and no more taken than there is room for', async () => {
    await using g = await given({ ...HOUR, limits: { concurrency: 100 } })
    const held = gate(ok('x'))
    let taken = 0
    function* list(): Generator<string> {
      for (; taken < 1_000; taken++) {
        g.origin.script(`/${taken}`, held)
        yield g.origin.url(`/${taken}`)
      }
    }
    const results = g.fetch.prefetch(list(), { concurrency: 5 })[Symbol.asyncIterator]()
    const first = results.next()
    await held.atLeast(5)
    await rounds()
    expect([held.arrivals, g.origin.maxInFlight, taken]).toEqual([5, 5, 4])
    held.release()
    await first
    // Nobody takes the next result: as many wait as may be under way, and no input is taken.
    await g.fetch.idle()
    await rounds()
    expect(taken).toBeLessThanOrEqual(6)
    await results.return?.()
  })

  test('who leaves the loop lets go of the list, and what is under way is given up', async () => {
    await using g = await given({ ...HOUR, limits: { concurrency: 100 } })
    const [held, list] = [gate(ok('x')), urls(g, 10)]
    for (let n = 1; n < 10; n++) g.origin.script(`/${n}`, held)
    let letGo = 0
    function* from(): Generator<string> {
      try {
        yield* list
      } finally {
        letGo++
      }
    }
    for await (const { url } of g.fetch.prefetch(from(), { concurrency: 4 })) {
      expect(url).toBe(list[0])
      break
    }
    await g.fetch.idle()
    expect(letGo).toBe(1)
    expect(g.origin.hits()).toBeLessThanOrEqual(5)
    await Promise.all(g.origin.requests().map(({ ended }) => ended))
    held.release()
    expect(await g.fetch.cache.has(list[1] ?? '')).toBe(false)
  })

  test('the signal ends the loop without an error, while it waits and before it begins', async () => {
    await using g = await given(HOUR)
    const held = gate(ok('x'))
    g.origin.script('/held', held)
    const stop = new AbortController()
    const running = all(
      g.fetch.prefetch([g.origin.url('/held'), g.origin.url('/held2')], { signal: stop.signal, concurrency: 1 }),
    )
    await held.arrived
    stop.abort()
    expect(await running).toEqual({})
    expect(await all(g.fetch.prefetch(urls(g, 2), { signal: stop.signal }))).toEqual({})
    expect(g.origin.hits()).toBe(1)
    held.release()
  })

  test('a source that hangs does not hold back what has come', async () => {
    await using g = await given(HOUR)
    const [url = ''] = urls(g, 1)
    const never = Promise.withResolvers<void>()
    async function* hanging(): AsyncGenerator<string> {
      yield url
      await never.promise
    }
    for await (const one of g.fetch.prefetch(hanging())) {
      expect(one).toMatchObject({ url, ok: true })
      never.resolve()
    }
  })

  test('a long list of hits leaves room for others', async () => {
    await using g = await given(HOUR)
    const [url = ''] = urls(g, 1)
    let turns = 0
    const turning = setInterval(() => turns++, 0)
    await all(g.fetch.prefetch(Array.from({ length: 5_000 }, () => url)))
    clearInterval(turning)
    expect(turns).toBeGreaterThan(2)
    expect(g.origin.hits()).toBe(1)
  })
})

describe('closed in the midst of a list', () => {
  test('what is under way is told, no more is taken, and the list is let go of', async () => {
    await using g = await given(HOUR)
    const held = gate(ok('x'))
    g.origin.script('/held', held)
    let [taken, letGo] = [0, 0]
    function* endless(): Generator<string> {
      try {
        while (taken < 1_000) yield g.origin.url(`/held?${taken++}`)
      } finally {
        letGo++
      }
    }
    const told: unknown[] = []
    const reading = (async () => {
      for await (const one of g.fetch.prefetch(endless(), { concurrency: 2 }))
        told.push(one.ok || (one.error as HoldfastError).code)
    })()
    await held.atLeast(2)
    await g.fetch.close()
    await reading
    expect([told, taken, letGo]).toEqual([['CLOSED', 'CLOSED'], 2, 1])
  })

  test('and a list that is waited for is waited for no longer', async () => {
    await using g = await given(HOUR)
    let letGo = 0
    const never = {
      next: () => new Promise<never>(() => undefined),
      return: async () => ({ done: true, value: letGo++ }) as const,
    }
    const results = g.fetch.prefetch({ [Symbol.asyncIterator]: () => never })[Symbol.asyncIterator]()
    const next = results.next()
    await rounds()
    await g.fetch.close()
    expect([await next, letGo]).toEqual([{ done: true, value: undefined }, 1])
  })
})

describe('mistakes are told at once, with their cure', () => {
  test.each([
    ['a URL in the place of a list', 'https://example.org/', undefined, /prefetch.*list/],
    ['nothing', undefined, undefined, /prefetch.*list/],
    ['a Request', new Request('https://example.org/'), undefined, /prefetch.*list/],
    ['no signal', [], { signal: {} }, /prefetch\.signal.*AbortSignal/],
    ['no concurrency', [], { concurrency: 0 }, /prefetch\.concurrency: 0.*from 1 up/],
    ['no function', [], { onProgress: 3 }, /prefetch\.onProgress: 3.*function/],
    ['an unknown option', [], { concurency: 3 }, /prefetch\.concurency.*Did you mean "concurrency"/],
  ])('%s', async (_, inputs, options, message) => {
    await using g = await given()
    const wrong = (): unknown => g.fetch.prefetch(inputs as string[], options as object)
    expect(wrong).toThrow(TypeError)
    expect(wrong).toThrow(message)
  })

  test('a closed instance', async () => {
    await using g = await given()
    await g.fetch.close()
    expect(() => g.fetch.prefetch([])).toThrow(HoldfastError)
  })
})
