// Writes so many values of its own, and tells which were acknowledged: node write-many.ts FILE NAME COUNT
import { sqlite } from '../../../adapters/stores/sqlite.ts'

const [file, name, count] = process.argv.slice(2) as [string, string, string]
const store = sqlite(file, { busyTimeout: 20_000 })
let acknowledged = 0
for (let n = 0; n < Number(count); n += 3) {
  await Promise.all(
    [n, n + 1, n + 2].map(async (each) => {
      await store.set(`h1:e:${name}-${each}`, new Uint8Array(1_000).fill(each % 256))
      acknowledged++
    }),
  )
}
await store.close()
process.send?.(acknowledged)
