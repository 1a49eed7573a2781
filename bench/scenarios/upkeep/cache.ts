import { createHash } from 'node:crypto'
import { type CachedFetch, createCachedFetch } from 'holdfast'
import { sqlite } from 'holdfast/sqlite'

/** Bytes of nearly all bodies, and of those few that are kept outside of their records. */
export const SMALL = 1024
const LARGE = 100 * 1024

/** One in so many. */
const EVERY = { secondVersion: 20, tag: 10, report: 10, large: 1_000 } as const

export const TAG = 'quarterly'
/** Fits one in ten entries, on every host. */
export const MATCH = '/reports/*'

const HOSTS = 100
const SIDE_BY_SIDE = 64

/** What stands under a number. The tag and the pattern mean different entries. */
export interface Filed {
  readonly url: string
  readonly tags: readonly string[]
  /** Bodies, one after the other. */
  readonly versions: readonly number[]
  readonly size: number
}

export function filed(number: number): Filed {
  const folder = number % EVERY.report === 3 ? 'reports' : 'items'
  return {
    url: `https://host-${number % HOSTS}.example/${folder}/${number}`,
    tags: number % EVERY.tag === 7 ? [TAG] : [],
    versions: number % EVERY.secondVersion === 11 ? [1, 2] : [1],
    size: number % EVERY.large === 500 ? LARGE : SMALL,
  }
}

/** JSON of so many bytes, which another seed would not give. */
export function bodyOf(seed: string, size: number): string {
  const hex = createHash('sha256').update(seed).digest('hex')
  const frame = JSON.stringify({ seed, text: '' })
  return JSON.stringify({ seed, text: hex.repeat(Math.ceil(size / hex.length)).slice(0, size - frame.length) })
}

/** The cache in a file, as somebody has it who looks after it: nothing in memory, and no origin. */
export function open(file: string, fetch: typeof globalThis.fetch = noOrigin): CachedFetch {
  // One version is kept, so that a sweep has some to take away; the filling asks for two.
  return createCachedFetch({ tiers: [sqlite(file)], fetch, versions: { keep: 1 } })
}

const noOrigin: typeof globalThis.fetch = () => Promise.reject(new Error('nobody is asked here'))

/** Fills a file with so many entries. */
export async function fill(file: string, entries: number): Promise<void> {
  let version = 1
  const origin: typeof globalThis.fetch = (input) => {
    const { url } = new Request(input)
    const { size } = filed(Number(url.slice(url.lastIndexOf('/') + 1)))
    const headers = { 'content-type': 'application/json', 'cache-control': 'max-age=3600', etag: `"${version}"` }
    return Promise.resolve(new Response(bodyOf(`${url} ${version}`, size), { headers }))
  }
  await using fetch = createCachedFetch({ tiers: [sqlite(file)], fetch: origin, versions: { keep: 2 } })
  for (version of [1, 2]) {
    for (let from = 0; from < entries; from += SIDE_BY_SIDE) {
      const numbers = Array.from({ length: Math.min(SIDE_BY_SIDE, entries - from) }, (_, at) => from + at)
      const wanted = numbers.map(filed).filter(({ versions }) => versions.includes(version))
      await Promise.all(wanted.map(({ url, tags }) => stored(fetch, url, tags)))
    }
  }
}

async function stored(fetch: CachedFetch, url: string, tags: readonly string[]): Promise<void> {
  const response = await fetch(url, { cache: 'reload', holdfast: { tags: [...tags] } })
  await response.arrayBuffer()
}
