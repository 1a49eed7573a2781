import { beforeEach, describe, expect, test, vi } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { createCachedFetch, HoldfastError } from '../../../src/index.ts'
import { failureOf, outcomeOf } from './kit.ts'

// A test runner that resets its modules before each test, as jest does by `resetModules: true`: what the first request of an instance
// loads comes beside a second copy of what was imported when the file was.
beforeEach(() => void vi.resetModules())

const URL = 'http://a.example/'

/** One answer, and then none. */
function dying(): typeof globalThis.fetch {
  let asked = 0
  return async () => {
    if (asked++ > 0) throw new TypeError('fetch failed')
    return new Response('fine')
  }
}

describe('after the modules were reset', () => {
  test('the last good one is what answers an outage', async () => {
    await using fetch = createCachedFetch({ tiers: [memory()], retry: false, fetch: dying() })
    expect([await outcomeOf(fetch(URL)), await outcomeOf(fetch(URL))]).toEqual(['miss', 'fallback'])
  })

  test('a 503 is an answer, and a network failure the error that the package exports', async () => {
    await using fetch = createCachedFetch({
      tiers: [memory()],
      retry: false,
      fetch: async () => new Response('', { status: 503 }),
    })
    expect((await fetch(URL)).status).toBe(503)
    await using gone = createCachedFetch({ tiers: [memory()], retry: false, fetch: () => Promise.reject(new Error('gone')) })
    expect(await failureOf(gone(URL))).toBeInstanceOf(HoldfastError)
  })

  test('what a function throws is what its callers get', async () => {
    await using fetch = createCachedFetch({ tiers: [memory()] })
    const thrown = new RangeError('mine')
    expect(await failureOf(fetch.buffered(() => Promise.reject(thrown))())).toBe(thrown)
  })
})

test('HoldfastError of another copy of the package is one, and a class made of it is a class of its own', async () => {
  const { HoldfastError: Other } = await import('../../../src/index.ts')
  class Mine extends HoldfastError {}
  const [own, other, mine] = [new HoldfastError('CLOSED', 'a'), new Other('CLOSED', 'b'), new Mine('CLOSED', 'c')]
  expect(Other).not.toBe(HoldfastError)
  expect([own, other, mine].map((error) => error instanceof HoldfastError)).toEqual([true, true, true])
  expect([own, other, mine].map((error) => error instanceof Mine)).toEqual([false, false, true])
  const others: unknown[] = [null, undefined, 'HoldfastError', { name: 'HoldfastError' }, new TypeError('d')]
  expect(others.map((error) => error instanceof HoldfastError)).toEqual([false, false, false, false, false])
})
