import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, inspect } from '../../../src/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { alive } from './weight.ts'

test('hits that are stale while a refresh hangs weigh nothing, and it goes on for them when its first caller leaves', async () => {
  const clock = manualClock()
  const asked: string[] = []
  const answer = Promise.withResolvers<Response>()
  await using fetch = createCachedFetch({
    clock,
    tiers: [memory()],
    ttl: 1_000,
    fetch: async () => (asked.push('') === 1 ? new Response('old') : answer.promise),
  })
  await (await fetch('https://h.test/')).text()
  await clock.advance(2_000)
  const caller = new AbortController()
  const waits = fetch('https://h.test/', { signal: caller.signal })
  const hit = async (): Promise<void> => {
    const response = await fetch('https://h.test/', { holdfast: { staleWhileRevalidate: true } })
    expect([await response.text(), inspect(response)?.outcome]).toEqual(['old', 'stale'])
  }
  for (let n = 0; n < 100; n += 1) await hit()
  caller.abort()
  await expect(waits).rejects.toThrow('aborted')
  const before = await alive()
  for (let n = 0; n < 500; n += 1) await hit()
  // Each waited for the flight: 2.4 MiB of these.
  expect((await alive()) - before).toBeLessThan(0.7)
  answer.resolve(new Response('new'))
  await fetch.idle()
  await rounds()
  expect(await (await fetch('https://h.test/')).text()).toBe('new')
  expect(asked.length).toBe(2)
})
