// A program that has little to do: node leave.ts HOW REDIS ...URLS, with HOW one of close, idle, nothing. It says what it was told of Redis.
import { memory } from '../../../../adapters/stores/memory.ts'
import { redis } from '../../../../adapters/stores/redis.ts'
import { createCachedFetch } from '../../../../src/index.ts'

const [, , how = '', where = '', ...urls] = process.argv
const fetch = createCachedFetch({ tiers: [memory(), redis(where)] })
fetch.on('tier-error', ({ operation, error }) => console.log(`${operation}: ${error.message}`))
for (const url of urls) await (await fetch(url)).arrayBuffer()
console.log('all that it had to do')
if (how === 'close') await fetch.close()
if (how === 'idle') await fetch.idle()
