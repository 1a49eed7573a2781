// Downloads until its store has no room, makes room, and downloads again: node fill-up.ts sqlite|folder DIRECTORY [BALLAST]
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from '../../../../adapters/stores/folder.ts'
import { sqlite } from '../../../../adapters/stores/sqlite.ts'
import { createCachedFetch, type Store } from '../../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../../helpers/digest.ts'
import { ok, startOrigin } from '../../../helpers/origin/index.ts'

const [kind, directory, ballast] = process.argv.slice(2) as [string, string, string | undefined]
const open = (): Store => (kind === 'sqlite' ? sqlite(join(directory, 'cache.db')) : folder(join(directory, 'cache')))
const SIZES = [200, 30_000, 300_000, 1_500_000]
const origin = await startOrigin()
const bodies = new Map<string, string>()
const wrong: string[] = []

/** What there is, or why not; what is not right is noted. */
async function read(fetch: typeof globalThis.fetch, path: string): Promise<'right' | 'none'> {
  try {
    const bytes = new Uint8Array(await (await fetch(origin.url(path))).arrayBuffer())
    if (sha256(bytes) !== bodies.get(path)) wrong.push(`${path}: ${bytes.length} other bytes`)
    return 'right'
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'NOT_CACHED') wrong.push(`${path}: ${String(error)}`)
    return 'none'
  }
}

async function download(fetch: typeof globalThis.fetch, path: string, size: number): Promise<void> {
  const body = pseudoRandom(size, path)
  bodies.set(path, sha256(body))
  origin.script(path, ok(body, { headers: { 'Cache-Control': 'public, max-age=3600' } }))
  if ((await read(fetch, path)) === 'none') wrong.push(`${path}: the caller got nothing`)
}

const fetch = createCachedFetch({ tiers: [open()] })
const failures: string[] = []
fetch.on('tier-error', ({ error }) => failures.push(String((error as { code?: unknown }).code)))
for (let n = 0; n < 24; n += 1) await download(fetch, `/${n}`, SIZES[n % SIZES.length] ?? 0)
if (ballast !== undefined) rmSync(ballast)
const again = (await fetch.cache.ready()).tiers[0]?.state
await download(fetch, '/again', 30_000)
// What it missed is brought behind.
await fetch.idle()
await fetch.close()
const later = createCachedFetch({ tiers: [open()], mode: 'offline' })
let stored = 0
for (const path of bodies.keys()) if ((await read(later, path)) === 'right') stored += 1
const last = await read(later, '/again')
await later.close()
origin.kill()
await origin.close()
process.stdout.write(JSON.stringify({ wrong, failures: [...new Set(failures)], again, stored, last }))
