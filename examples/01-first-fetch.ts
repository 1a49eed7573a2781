// You learn: cachedFetch takes what fetch takes and gives the Response that fetch gives. Behind it a failed try is
// made again, and what is fresh is not asked for twice.
//
// Output:
//   plain fetch: 6 reads, 4 right, requests that reached the origin: 6
//   holdfast:    6 reads, 6 right, requests that reached the origin: 2
//   the last read: holdfast; hit
import { cachedFetch } from 'holdfast'
import { Origin } from './origin.ts'

using origin = new Origin()
const url = await origin.url('/rates.json')

const plain = await reads(fetch)
console.log(`plain fetch: 6 reads, ${plain} right, requests that reached the origin: ${origin.requests}`)

origin.requests = 0
const right = await reads(cachedFetch)
console.log(`holdfast:    6 reads, ${right} right, requests that reached the origin: ${origin.requests}`)

const last = await cachedFetch(url)
console.log(`the last read: ${last.headers.get('cache-status')?.split('; ttl')[0]}`)
await cachedFetch.close()

/** Reads the rates six times; how often they came. */
async function reads(read: typeof fetch): Promise<number> {
  let right = 0
  for (let n = 0; n < 6; n++) {
    const response = await read(url)
    if (response.ok && (await response.text()).startsWith('{"EUR":1')) right += 1
  }
  return right
}
