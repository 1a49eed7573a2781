import { buffered, createCachedFetch, inspect } from 'holdfast'

// A package of others that exports what it has of ours, and emits declarations: each type has to have a name that we export, or none.

const fetch = createCachedFetch()
export const { json, use, put, reject, prefetch, entry, watch, extend, on, cache } = fetch
export const list = entry('https://example.org/')
export const parts = [
  list.versions(),
  list.version('latest'),
  list.pin(),
  list.diff('a', 'b'),
  list.failures(),
  list.policy(),
  list.stats(),
] as const
export const totals = [cache.stats(), cache.hosts(), cache.ready(), cache.entries(), cache.sweep(), cache.audit()] as const
export const changes = watch('https://example.org/')
export const results = prefetch([])
export const told = (response: Response) => inspect(response)
export const sum = buffered(async (a: number, b: number) => a + b)
export const decorate = fetch.buffered({ ttl: '1h' })
export const known = [sum.cache, sum.cache.info(), sum.cache.entry, buffered.context] as const
