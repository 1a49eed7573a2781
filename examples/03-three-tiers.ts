// You learn: tiers are a list, nearest first. What the nearest has lost the next one still has, and it is put back as it was: nothing is
// downloaded twice, and an answer is on the disk before you have it. A third one in Redis serves other machines too: set REDIS_URL to have it
// here. Without it two do the same, as they would while Redis is away.
//
// Output:
//   first run , first read : miss; requests that reached the origin: 1
//   first run , second read: hit from memory; requests that reached the origin: 1
//   second run, first read : hit from sqlite; requests that reached the origin: 1
//   second run, second read: hit from memory; requests that reached the origin: 1
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCachedFetch, inspect } from 'holdfast'
import { memory } from 'holdfast/memory'
import { redis } from 'holdfast/redis'
import { sqlite } from 'holdfast/sqlite'
import { Origin } from './origin.ts'

using origin = new Origin()
origin.mood = 'up'
const url = await origin.url('/rates.json')
const folder = await mkdtemp(join(tmpdir(), 'holdfast-example-'))
const { REDIS_URL } = process.env
if (REDIS_URL === undefined && process.stdout.isTTY) console.log('There is no REDIS_URL: two tiers, then.')

for (const life of ['first run ', 'second run']) {
  const third = REDIS_URL === undefined ? [] : [redis(REDIS_URL)]
  await using cachedFetch = createCachedFetch({ tiers: [memory(), sqlite(join(folder, 'cache.db')), ...third] })
  for (const read of ['first read ', 'second read']) {
    const info = inspect(await cachedFetch(url))
    const where = info?.outcome === 'hit' ? ` from ${info.tier}` : ''
    console.log(`${life}, ${read}: ${info?.outcome}${where}; requests that reached the origin: ${origin.requests}`)
  }
}
await rm(folder, { recursive: true })
