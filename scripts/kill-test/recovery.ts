import type { CachedFetch } from 'holdfast'
import { sha256 } from '../../test/helpers/digest.ts'
import { disorderIn } from './disorder.ts'
import { PATHS, type Path, type Place, type Seen, type SeenAtRest, type SeenFetched } from './order.ts'
import { AN_HOUR, type Workplace } from './workplace.ts'

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? String(error)

async function digestOf(respond: () => Promise<Response>): Promise<string> {
  try {
    const response = await respond()
    return response.status === 200 ? sha256(new Uint8Array(await response.arrayBuffer())) : `status ${response.status}`
  } catch (error) {
    return codeOf(error)
  }
}

async function atRest(fetch: CachedFetch, place: Workplace, path: Path): Promise<SeenAtRest> {
  const url = place.url(path)
  const entry = fetch.entry(url)
  const front = await digestOf(() => fetch(url, { cache: 'only-if-cached' }))
  const versions = []
  for (const { id, digest, labels, pinned } of await entry.versions({ limit: 0 })) {
    const version = await entry.version(id)
    // The one in front has been read already.
    const read = digest === front ? front : version === undefined ? 'not there' : await digestOf(() => version.response())
    versions.push({ id, labels, pinned, digest, read })
  }
  return { path, front, versions, policy: JSON.stringify(await entry.policy()) }
}

async function allAtRest(place: Workplace, where: Place): Promise<SeenAtRest[]> {
  if (!place.order.places.includes(where)) return []
  await using fetch = place.quiet(where)
  const seen = []
  for (const path of PATHS) seen.push(await place.diary.during({ name: 'read', path }, () => atRest(fetch, place, path)))
  return seen
}

/** In a turn of its own each: a lease that a dead holder left must not hold the others up. */
async function allFetched(place: Workplace, fetch: CachedFetch): Promise<SeenFetched[]> {
  return Promise.all(
    PATHS.map(async (path) => {
      const startedAt = performance.now()
      const init = path === '/stream' ? { holdfast: { delivery: 'streaming' as const } } : {}
      const { digest, outcome } = await place.get(fetch, { name: path === '/stream' ? 'stream' : 'download', path, init })
      return { path, digest, outcome, ms: performance.now() - startedAt }
    }),
  )
}

/** What a new process finds: reads all that is at rest, asks for everything again, sweeps twice, and looks what is left. */
export async function recover(place: Workplace, fetch: CachedFetch): Promise<Seen> {
  const [here, copy] = [await allAtRest(place, 'cache'), await allAtRest(place, 'copy')]
  const fetched = await allFetched(place, fetch)
  await fetch.idle()
  await place.diary.during({ name: 'sweep' }, async () => {
    await fetch.cache.sweep()
    place.clock.hop(AN_HOUR)
    await fetch.cache.sweep()
  })
  const bare = place.bare('cache')
  const disorder = await disorderIn(bare)
  await bare.close()
  return { atRest: here, copy, fetched, disorder }
}
