// Downloads a body through one tier and reads it twice; tells its digests and the process's peak memory: what it held at one time, since
// garbage is collected all the while. node --expose-gc through.ts TIER FOLDER URL
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { KeyvSqlite } from '@keyv/sqlite'
import Keyv from 'keyv'
import { folder } from '../../../../adapters/stores/folder.ts'
import { keyv } from '../../../../adapters/stores/keyv.ts'
import { sqlite } from '../../../../adapters/stores/sqlite.ts'
import { createCachedFetch, inspect, type Store } from '../../../../src/index.ts'

export interface Told {
  readonly outcomes: readonly (string | undefined)[]
  readonly digests: readonly string[]
  readonly peakMiB: number
}

const TIERS: Record<string, (place: string) => Store> = {
  folder: (place) => folder(join(place, 'cache')),
  sqlite: (place) => sqlite(join(place, 'cache.db')),
  keyv: (place) => keyv(new Keyv({ store: new KeyvSqlite({ uri: `sqlite://${join(place, 'k.db')}`, driver: 'node:sqlite' }) })),
}

/** Milliseconds. */
const COLLECTED_EVERY = 25

setInterval(() => globalThis.gc?.(), COLLECTED_EVERY).unref()

const [tier = '', place = '', url = ''] = process.argv.slice(2)
const open = TIERS[tier]
if (open === undefined) throw new Error(`no tier is called ${tier}`)
const fetch = createCachedFetch({ tiers: [open(place)], storeTimeout: 30_000 })
const [outcomes, digests]: [(string | undefined)[], string[]] = [[], []]
for (let time = 0; time < 2; time++) {
  const response = await fetch(url)
  const hash = createHash('sha256')
  for await (const piece of response.body ?? []) hash.update(piece)
  outcomes.push(inspect(response)?.outcome)
  digests.push(hash.digest('hex'))
  await fetch.idle()
}
await fetch.close()
process.send?.({ outcomes, digests, peakMiB: process.resourceUsage().maxRSS / 1024 } satisfies Told)
