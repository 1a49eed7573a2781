// You learn: limits.hosts says how often a host may be asked, and the host itself may say it too: a 429 makes all that is asked of it wait,
// not only the URL that was refused. What is stored waits for nobody.
//
// Output:
//   plain fetch: 12 URLs, 5 right, refused by the server: 7
//   holdfast:    12 URLs, 12 right, refused by the server: 0
//   in no 500 ms more than 5 starts: true
//   told nothing: 12 URLs, 12 right, the server had to refuse, and was listened to: true
//   all 12 again: 12 from memory, requests that reached the server: 0
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createCachedFetch, inspect } from 'holdfast'
import { memory } from 'holdfast/memory'

/** A server that answers five times in half a second, and then says when it will again. */
const starts: number[] = []
let refused = 0
const server = createServer((_, response) => {
  const now = performance.now()
  const recent = starts.filter((at) => now - at < 500)
  if (recent.length < 5) {
    starts.push(now)
    response.setHeader('cache-control', 'max-age=60').end('{"EUR":1}')
    return
  }
  refused += 1
  response.writeHead(429, { 'retry-after-ms': `${Math.ceil(500 - (now - (recent[0] ?? now)))}` }).end('slow down')
})
await new Promise<void>((resolve) => {
  server.listen(0, '127.0.0.1', resolve)
})
const { port } = server.address() as AddressInfo
const urls = Array.from({ length: 12 }, (_, n) => `http://127.0.0.1:${port}/rates/${n}`)

console.log(`plain fetch: 12 URLs, ${await right(fetch)} right, refused by the server: ${refused}`)

await rest()
const polite = createCachedFetch({
  tiers: [memory()],
  // A little less than what it bears: a request takes its time to get there, and not always the same.
  limits: { hosts: [{ match: '127.0.0.1', rate: 5, per: '600ms' }] },
})
console.log(`holdfast:    12 URLs, ${await right(polite)} right, refused by the server: ${refused}`)
const most = Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + 500).length))
console.log(`in no 500 ms more than 5 starts: ${most <= 5}`)

await rest()
const curious = createCachedFetch({ tiers: [memory()], retry: { attempts: 12 } })
const got = await right(curious)
console.log(`told nothing: 12 URLs, ${got} right, the server had to refuse, and was listened to: ${refused > 0 && refused < 12}`)

starts.length = 0
const again = await Promise.all(urls.map((url) => polite(url)))
const hits = again.filter((response) => inspect(response)?.outcome === 'hit').length
console.log(`all 12 again: ${hits} from memory, requests that reached the server: ${starts.length}`)

await polite.close()
await curious.close()
server.close()
server.closeAllConnections()

/** All of them at once; how many came. */
async function right(read: typeof fetch): Promise<number> {
  const responses = await Promise.all(urls.map((url) => read(url)))
  for (const response of responses) await response.text()
  return responses.filter(({ ok }) => ok).length
}

/** Until the server has forgotten. */
async function rest(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 600)
  })
  starts.length = 0
  refused = 0
}
