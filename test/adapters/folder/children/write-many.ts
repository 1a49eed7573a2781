// Writes so many values of its own, and tells which were acknowledged: node write-many.ts FOLDER NAME COUNT [MAXBYTES]
import { folder } from '../../../../adapters/stores/folder.ts'

const [dir, name, count, maxBytes] = process.argv.slice(2) as [string, string, string, string | undefined]
const store = folder(dir, maxBytes === undefined ? {} : { maxBytes })
let acknowledged = 0
for (let n = 0; n < Number(count); n += 3) {
  await Promise.all(
    [n, n + 1, n + 2].map(async (each) => {
      await store.set(`h1:e:${name}-${each}`, new Uint8Array(10_000).fill(each % 256))
      acknowledged++
    }),
  )
}
await store.close()
process.send?.(acknowledged)
process.disconnect()
