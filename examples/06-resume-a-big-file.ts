// You learn: a download that breaks off goes on where it stopped, as long as the origin can show that the file is still
// the same (a strong ETag, If-Range). saveTo writes beside the target and renames: never half a file.
//
// Output:
//   plain fetch: 5 tries, 0 whole, requests that reached the origin: 5
//   holdfast:    1 call, 8 MB, requests that reached the origin: 3
//     3 MB from 0 MB on
//     3 MB from 3 MB on
//     2 MB from 6 MB on
//   the file on the disk is right: true
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cachedFetch, inspect, saveTo } from 'holdfast'
import { Origin } from './origin.ts'

const MB = 1024 * 1024
using origin = new Origin()
const url = await origin.url('/big.bin')

const tries = await Promise.allSettled(Array.from({ length: 5 }, async () => (await fetch(url)).arrayBuffer()))
const whole = tries.filter(({ status }) => status === 'fulfilled').length
console.log(`plain fetch: 5 tries, ${whole} whole, requests that reached the origin: ${origin.requests}`)

origin.requests = 0
const folder = await mkdtemp(join(tmpdir(), 'holdfast-example-'))
const response = await cachedFetch(url)
const file = (await saveTo(response, { dir: folder })) as string
const bytes = await readFile(file)
console.log(`holdfast:    1 call, ${bytes.length / MB} MB, requests that reached the origin: ${origin.requests}`)

const info = inspect(response)
if (info?.outcome !== 'miss') throw new Error('this URL was fetched before')
for (const attempt of info.attempts)
  console.log(`  ${Math.round(attempt.bytes / MB)} MB from ${Math.round((attempt.resumedFrom ?? 0) / MB)} MB on`)
console.log(`the file on the disk is right: ${createHash('sha256').update(bytes).digest('hex') === origin.digest}`)

await rm(folder, { recursive: true })
await cachedFetch.close()
