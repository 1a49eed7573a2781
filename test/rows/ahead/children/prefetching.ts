// Goes through a list of so many URLs, lets go of each result unread, and says how much memory it took, now and then.
import { memory } from '../../../../adapters/stores/memory.ts'
import { createCachedFetch } from '../../../../src/index.ts'

const [origin = '', count = '0'] = process.argv.slice(2)
const fetch = createCachedFetch({ tiers: [memory({ maxBytes: '8MB' })], ttl: '1h', limits: { concurrency: 50 } })

function* urls(): Generator<string> {
  for (let n = 0; n < Number(count); n++) yield `${origin}/f?${n}`
}

/** The heap and what stands outside of it, collected, in bytes. */
function held(): number {
  globalThis.gc?.()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + Math.max(external, arrayBuffers)
}

let done = 0
let failed = 0
const marks: number[] = []
const beganAt = performance.now()
for await (const one of fetch.prefetch(urls(), { concurrency: 50 })) {
  if (!one.ok) failed++
  if (++done % Math.ceil(Number(count) / 10) === 0) marks.push(held())
}
const rss = process.resourceUsage().maxRSS * 1024
process.send?.({ done, failed, marks, rss, ms: performance.now() - beganAt })
process.disconnect?.()
await fetch.close()
