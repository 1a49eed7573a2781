import { fetch } from 'undici'
import { likeFetch, type Open } from './cache.ts'
import { type Kept, keptOf, responseOf } from './kept.ts'

/** The limit of a cache in memory that answers with a Response: a Map, and a real Response of what is in it. flight: one download for all who ask. */
export const open: Open = (kind, place) => {
  const get = place.fetch ?? fetch
  const map = new Map<string, Kept>()
  const flights = new Map<string, Promise<Kept>>()
  const load = async (url: string): Promise<Kept> => {
    const fresh = await keptOf(await get(url))
    map.set(url, fresh)
    return fresh
  }
  const join = (url: string): Promise<Kept> => {
    const flight = flights.get(url) ?? load(url).finally(() => flights.delete(url))
    flights.set(url, flight)
    return flight
  }
  return likeFetch(async (url) => {
    const kept = map.get(url)
    if (kept !== undefined && kept.until > Date.now()) return responseOf(kept)
    return responseOf(await (kind === 'flight' ? join(url) : load(url)))
  })
}
