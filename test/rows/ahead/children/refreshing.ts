// A program that asks once for what is to be refreshed every two seconds, or as it is told, says when it has it, and has nothing more to do but what it is told.
import { memory } from '../../../../adapters/stores/memory.ts'
import { sqlite } from '../../../../adapters/stores/sqlite.ts'
import { createCachedFetch } from '../../../../src/index.ts'

const [url = '', file = '', then = '', every = '2s'] = process.argv.slice(2)
const fetch = createCachedFetch({ tiers: [memory(), sqlite(file)], ttl: '1h', retry: false, refresh: { every: every as '2s' } })
fetch.on('refresh-failed', ({ error }) => {
  console.log(`failed: ${error.name}`)
  process.disconnect()
})

console.log(await (await fetch(url)).text())
if (then === 'until told') {
  process.send?.('asked')
  process.once('message', () => {
    process.disconnect()
    void fetch.close()
  })
}
// The channel keeps it alive until then, and nothing does after that.
if (then === 'until it fails') process.once('message', () => undefined)
