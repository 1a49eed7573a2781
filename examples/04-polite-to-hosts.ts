// You learn: limits.hosts says how often a host may be asked, and the host may say it too: a 429 makes all that is asked of it wait, not only
// the URL that was refused. What is stored waits for nobody.
//
// Output:
//   plain fetch : 5 of 12 right, refused: 7
//   told a rate : 12 of 12 right, refused: 0
//   told nothing: 12 of 12 right, listened: true
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { createCachedFetch } from 'holdfast'
import { memory } from 'holdfast/memory'

let [starts, refused]: [number[], number] = [[], 0]
const server = createServer((_, response) => {
  const recent = starts.filter((at) => performance.now() - at < 500)
  if (recent.length < 5) starts.push(performance.now())
  if (recent.length < 5) return response.end('{"EUR":1}')
  refused += 1
  return response.writeHead(429, { 'retry-after-ms': '500' }).end('slow down')
})
await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening))
const urls = Array.from({ length: 12 }, (_, n) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/rates/${n}`)

async function right(get: typeof fetch): Promise<string> {
  await setTimeout(600)
  starts = []
  refused = 0
  const responses = await Promise.all(urls.map((url) => get(url)))
  return `${responses.filter(({ ok }) => ok).length} of 12 right`
}
console.log(`plain fetch : ${await right(fetch)}, refused: ${refused}`)

// A little less than what it bears: a request takes its time to get there, and not always the same.
await using polite = createCachedFetch({ tiers: [memory()], limits: { hosts: [{ match: '127.0.0.1', rate: 5, per: '600ms' }] } })
console.log(`told a rate : ${await right(polite)}, refused: ${refused}`)
await using curious = createCachedFetch({ tiers: [memory()], retry: { attempts: 12 } })
console.log(`told nothing: ${await right(curious)}, listened: ${refused > 0 && refused < 12}`)
server.close().closeAllConnections()
