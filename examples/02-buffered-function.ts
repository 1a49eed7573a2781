// You learn: the cache is for functions and methods too. What a function gave is kept by its arguments, in any tier, for as long as you say;
// when it fails, the last good result is the answer. A method has results of its own for each object, so two users never see each other's.
//
// Output:
//   first       : 1.08, runs: 1
//   again       : 1.08, runs: 1
//   made stale  : 1.09, runs: 2
//   it fails    : 1.09, runs: 3
//   other object: ann bob
import { buffered, createCachedFetch } from 'holdfast'
import { memory } from 'holdfast/memory'
import { sqlite } from 'holdfast/sqlite'

let runs = 0
async function rateOf(currency: string, at: Date): Promise<{ currency: string; at: Date; rate: number }> {
  runs++
  if (runs === 3) throw new Error('no answer')
  return { currency, at, rate: runs === 1 ? 1.08 : 1.09 }
}

await using fetch = createCachedFetch({ tiers: [memory(), sqlite(':memory:')] })
const rates = fetch.buffered(rateOf, { name: 'rates', ttl: '10m' })
const today = '2026-11-21'
const tell = async (what: string): Promise<void> =>
  console.log(`${what}: ${(await rates('EUR', new Date(today))).rate}, runs: ${runs}`)
await tell('first       ')
await tell('again       ')
await rates.cache.invalidate('EUR', new Date(today))
await tell('made stale  ')
await rates.cache.invalidate('EUR', new Date(today))
await tell('it fails    ')

// Where decorators are compiled this is `@buffered async me() { … }` in a class.
const me = buffered(async function (this: { user: string }) {
  return this.user
})
console.log('other object:', await me.call({ user: 'ann' }), await me.call({ user: 'bob' }))
