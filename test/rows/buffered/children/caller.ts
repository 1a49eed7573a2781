import { sqlite } from '../../../../adapters/stores/sqlite.ts'
import { createCachedFetch } from '../../../../src/index.ts'

const [, , file = '', ...ids] = process.argv
let runs = 0
await using fetch = createCachedFetch({ tiers: [sqlite(file)] })
const load = fetch.buffered(
  async (query: { id: string; at: Date }) => {
    runs++
    return new Map([[query.id, { by: process.pid, at: query.at, n: 2n ** 70n }]])
  },
  { name: 'load' },
)
const results: unknown[] = []
for (const id of ids) {
  const result = (await load({ at: new Date(7), id })).get(id)
  results.push({ by: result?.by, at: result?.at.getTime(), n: String(result?.n) })
}
process.send?.({ runs, results })
