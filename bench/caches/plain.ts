import { fetch } from 'undici'
import { likeFetch, type Open } from './cache.ts'

/** Keeps nothing: what the price of a miss is compared with. */
export const open: Open = (kind) => likeFetch((url) => (kind === 'global' ? globalThis.fetch(url) : fetch(url)))
