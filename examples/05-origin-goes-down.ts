// You learn: when the origin answers 503, or its port is closed, you get the last good version, and inspect() says so.
// An outage costs one series of tries, not one for each read: for `cooldown` (30 s) the origin is left alone.
//
// Output:
//   plain fetch, origin down: 0 of 10 right (status 503), requests that reached it: 10
//   holdfast, origin up:      1 of 1 right (miss), requests that reached it: 1
//   holdfast, origin down:    10 of 10 right (fallback), requests that reached it: 2
//   holdfast, port closed:    10 of 10 right (fallback), requests that reached it: 0
import { createCachedFetch, inspect } from 'holdfast'
import { memory } from 'holdfast/memory'
import { Origin } from './origin.ts'

using origin = new Origin()
const url = await origin.url('/rates.json')

// ttl 0: ask each time. Without it the version would be fresh for a minute, and the outage would not even be seen.
await using cachedFetch = createCachedFetch({ tiers: [memory()], ttl: 0, retry: 2 })

origin.mood = 'down'
await read('plain fetch, origin down: ', fetch, 10)
origin.mood = 'up'
await read('holdfast, origin up:      ', cachedFetch, 1)
origin.mood = 'down'
await read('holdfast, origin down:    ', cachedFetch, 10)
origin[Symbol.dispose]()
await read('holdfast, port closed:    ', cachedFetch, 10)

async function read(title: string, by: typeof fetch, times: number): Promise<void> {
  origin.requests = 0
  const outcomes = new Set<string>()
  let right = 0
  for (let n = 0; n < times; n++) {
    const response = await by(url)
    outcomes.add(inspect(response)?.outcome ?? `status ${response.status}`)
    if (response.ok && (await response.text()).startsWith('{"EUR":1')) right += 1
  }
  console.log(`${title}${right} of ${times} right (${[...outcomes].join(', ')}), requests that reached it: ${origin.requests}`)
}
