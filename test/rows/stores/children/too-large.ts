// Downloads what its disk has no room for, and then what it has: node too-large.ts sqlite|folder DIRECTORY BYTES
import { readdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from '../../../../adapters/stores/folder.ts'
import { sqlite } from '../../../../adapters/stores/sqlite.ts'
import { createCachedFetch } from '../../../../src/index.ts'
import { ok, startOrigin } from '../../../helpers/origin/index.ts'

const [kind, directory, bytes] = process.argv.slice(2) as [string, string, string]
const origin = await startOrigin()
for (const [path, size] of [
  ['/large', Number(bytes)],
  ['/small', 30_000],
] as const)
  origin.script(path, ok(new Uint8Array(size), { headers: { 'Cache-Control': 'public, max-age=3600' } }))
const store = kind === 'sqlite' ? sqlite(join(directory, 'cache.db')) : folder(join(directory, 'cache'))
const fetch = createCachedFetch({ tiers: [store] })
await fetch.cache.ready()
const came = (await (await fetch(origin.url('/large'))).arrayBuffer()).byteLength
await fetch.idle()
const { bavail, bsize } = statfsSync(directory)
const bodies = (): string[] => readdirSync(join(directory, kind === 'sqlite' ? 'cache.db.bodies' : 'cache/h1/bodies'))
const left = bodies()
await (await fetch(origin.url('/small'))).arrayBuffer()
const isStored = (await store.keys('h1:e:')[Symbol.asyncIterator]().next()).done === false
// Which tries once more to bring what did not fit.
await fetch.close()
origin.kill()
await origin.close()
process.stdout.write(JSON.stringify({ came, free: bavail * bsize, left, isStored, closed: bodies() }))
