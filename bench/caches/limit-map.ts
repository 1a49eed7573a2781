import { fetch } from 'undici'
import { likeFetch, type Open } from './cache.ts'
import { type Kept, keptOf, responseOf } from './kept.ts'

/** The limit of a cache in memory that answers with a Response: a Map, and a real Response of what is in it. */
export const open: Open = () => {
  const map = new Map<string, Kept>()
  return likeFetch(async (url) => {
    const kept = map.get(url)
    if (kept !== undefined && kept.until > Date.now()) return responseOf(kept)
    const fresh = await keptOf(await fetch(url))
    map.set(url, fresh)
    return responseOf(fresh)
  })
}
