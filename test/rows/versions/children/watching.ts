// A program that only waits for what another one stores: node watching.ts FILE URL
import { memory } from '../../../../adapters/stores/memory.ts'
import { sqlite } from '../../../../adapters/stores/sqlite.ts'
import { createCachedFetch } from '../../../../src/index.ts'

const [file = '', url = ''] = process.argv.slice(2)
const fetch = createCachedFetch({ tiers: [memory(), sqlite(file)] })
console.log('watching')
for await (const { version } of fetch.watch(url)) {
  console.log(version.size)
  break
}
