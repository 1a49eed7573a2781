import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cache } from '../caches/cache.ts'
import { openCache } from '../caches/roster.ts'
import type { Facts, Job } from '../measure/job.ts'
import { latency, standing } from '../measure/sampling.ts'
import { jsonOf } from '../origin/body.ts'

const SIDE_BY_SIDE = 32
/** Of the entries to which hits go: a number that shares no factor with any count of entries, so that it is a neighbour's turn late. */
const STRIDE = 7919

/** So many entries of 1 KB, and hits all over them. Nothing goes over the network. Setting: `entries`, `ms`. */
export async function growth({ client, setting, folder }: Job): Promise<Facts> {
  let asked = 0
  const fetch = (input: unknown): Promise<Response> => {
    asked++
    return Promise.resolve(answerTo(String(input instanceof Request ? input.url : input)))
  }
  await using cache = await openCache(client, { folder, fetch: fetch as typeof globalThis.fetch })
  const entries = Number(setting.entries)
  const urlOf = (number: number): string => `http://host-${number % 100}.example/json/1024/${number}`
  await filled(
    cache,
    Array.from({ length: 200 }, (_, number) => urlOf(entries + number)),
  )
  const empty = await standing()
  const urls = Array.from({ length: entries }, (_, number) => urlOf(number))
  const names = await standing()
  const startedAt = performance.now()
  await filled(cache, urls)
  const perSecond = (1000 * entries) / (performance.now() - startedAt)
  const each = ((await standing()) - names) / entries
  const before = asked
  let turn = 0
  const { p50, p99 } = await latency(() => cache.bytes(urls[(turn++ * STRIDE) % entries] ?? ''), { ms: Number(setting.ms) })
  const [first = ''] = urls
  const body = Buffer.from(await cache.bytes(first)).toString() === jsonOf('0', 1024) ? 'exact' : 'corrupt'
  return {
    p50,
    p99,
    perSecond,
    each,
    urls: (names - empty) / entries,
    disk: (await bytesIn(folder)) / entries,
    asked: asked - before,
    body,
  }
}

async function filled(cache: Cache, urls: readonly string[]): Promise<void> {
  const left = urls.values()
  const lane = async (): Promise<void> => {
    for (const url of left) await cache.bytes(url)
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane))
}

function answerTo(url: string): Response {
  const name = url.slice(url.lastIndexOf('/') + 1)
  const headers = {
    'cache-control': 'max-age=3600',
    connection: 'keep-alive',
    'content-length': '1024',
    'content-type': 'application/json',
    date: new Date().toUTCString(),
    etag: `"${name}"`,
    'keep-alive': 'timeout=60',
    'last-modified': 'Sat, 21 Nov 2026 00:00:00 GMT',
    'x-request-id': '4f6f2f0e',
  }
  return new Response(jsonOf(name, 1024), { headers })
}

async function bytesIn(folder: string): Promise<number> {
  const within = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(
    within.filter((one) => one.isFile()).map(({ parentPath, name }) => stat(join(parentPath, name))),
  )
  return sizes.reduce((sum, { size }) => sum + size, 0)
}
