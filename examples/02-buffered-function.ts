// You learn: the cache is for functions and methods too. What a function gave is kept by its arguments, in any tier, for as long as you say;
// when it fails, the last good result is the answer. A method has results of its own for each object, so two users never see each other's.
//
// Output:
//   rates for EUR : 1.08 (the function ran 1 times)
//   again         : 1.08 (the function ran 1 times)
//   rates for USD : 1 (the function ran 2 times)
//   made stale    : 1.09 (the function ran 3 times)
//   it fails      : 1.09 (the function ran 4 times)
//   a new process : 1.09 (the function ran 4 times)
//   info          : 1 hits, 4 misses, 2 results
//   ann and bob   : ann bob (two objects, two results)
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffered, createCachedFetch } from 'holdfast'
import { memory } from 'holdfast/memory'
import { sqlite } from 'holdfast/sqlite'

const folder = await mkdtemp(join(tmpdir(), 'holdfast-example-'))
const tiers = (): object[] => [memory(), sqlite(join(folder, 'cache.db'))]

let runs = 0
let isDown = false
async function ratesOf(currency: string, at: Date): Promise<{ rate: number; at: Date }> {
  runs++
  if (isDown) throw new Error('no answer')
  return { rate: currency === 'USD' ? 1 : runs === 1 ? 1.08 : 1.09, at }
}

const today = new Date('2026-11-21')
const told = (what: string, { rate }: { rate: number }): void =>
  console.log(`${what.padEnd(14)}: ${rate} (the function ran ${runs} times)`)

await using fetch = createCachedFetch({ tiers: tiers() })
// Where results outlive the process, a function needs a name: minifiers rename functions.
const rates = fetch.buffered(ratesOf, { name: 'rates', ttl: '10m', tags: ['rates'] })
told('rates for EUR', await rates('EUR', today))
told('again', await rates('EUR', new Date(today)))
told('rates for USD', await rates('USD', today))
await rates.cache.invalidate('EUR', today)
told('made stale', await rates('EUR', today))
isDown = true
await rates.cache.invalidate('EUR', today)
told('it fails', await rates('EUR', today))

await using another = createCachedFetch({ tiers: tiers() })
const kept = await another.buffered(ratesOf, { name: 'rates' }).cache.peek('EUR', today)
if (kept !== undefined) told('a new process', kept)
const { hits, misses, size } = rates.cache.info()
console.log(`info          : ${hits} hits, ${misses} misses, ${size} results`)

class Account {
  readonly user: string
  constructor(user: string) {
    this.user = user
  }
  // Where decorators are compiled this is `@buffered async me() { … }`.
  static {
    Account.prototype.me = buffered(Account.prototype.me)
  }
  async me(): Promise<string> {
    return this.user
  }
}
const names = await Promise.all([new Account('ann').me(), new Account('bob').me()])
console.log(`ann and bob   : ${names.join(' ')} (two objects, two results)`)
await rm(folder, { recursive: true })
