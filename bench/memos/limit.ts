import { type Fn, GOOD_FOR, type Memoize, type Value } from './memo.ts'

interface Entry {
  readonly value: Value
  readonly until: number
}

/**
 * The limits by hand. map: a Map and an await. entry: what a cache cannot do without, that is a typed key, an expiry and one run for each key.
 * clone: map, and a copy for the caller. tiered: a Map before a GET and JSON.parse.
 */
export const memoize: Memoize = async (fn, kind, { redis }) => {
  if (kind === 'entry') return withEntries(fn)
  const behind = kind === 'tiered' ? await behindRedis(fn, redis) : fn
  const map = new Map<string, Value>()
  return async (id) => {
    let value = map.get(id)
    if (value === undefined) {
      value = await behind(id)
      map.set(id, value)
    }
    return kind === 'clone' ? structuredClone(value) : value
  }
}

function withEntries(fn: Fn): Fn {
  const entries = new Map<string, Entry>()
  const flights = new Map<string, Promise<Value>>()
  const fly = async (id: string, key: string): Promise<Value> => {
    try {
      const value = await fn(id)
      entries.set(key, { value, until: Date.now() + GOOD_FOR })
      return value
    } finally {
      flights.delete(key)
    }
  }
  return async (id) => {
    const key = `${typeof id}:${id}`
    const entry = entries.get(key)
    if (entry !== undefined && entry.until > Date.now()) return entry.value
    const flight = flights.get(key) ?? fly(id, key)
    flights.set(key, flight)
    return flight
  }
}

async function behindRedis(fn: Fn, url = ''): Promise<Fn> {
  const { createClient } = await import('redis')
  const client = createClient({ url })
  await client.connect()
  return async (id) => {
    const text = await client.get(id)
    if (text !== null) return JSON.parse(text) as Value
    const value = await fn(id)
    await client.set(id, JSON.stringify(value))
    return value
  }
}
