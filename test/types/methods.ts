import { type BufferedOptions, buffered, createCachedFetch } from 'holdfast'

// What both kinds of decorators take: standard ones, and TypeScript's older experimentalDecorators.
const fetch = createCachedFetch()

export class Rates {
  readonly id: string
  constructor(id: string) {
    this.id = id
  }

  @buffered async all(): Promise<number[]> {
    return []
  }

  @buffered() async once(): Promise<void> {}

  @buffered({ ttl: '10m', tags: ['rates'], scope: 'class', share: true }) async of(
    currency: string,
    at?: Date,
    ...more: readonly string[]
  ): Promise<{ currency: string; at: Date | undefined; more: number }> {
    return { currency, at, more: more.length }
  }

  @buffered({ instanceKey: (self: Rates) => self.id, key: (currency: string) => currency.toLowerCase() })
  async keyed(currency: string, _log?: () => void): Promise<string> {
    return this.id + currency
  }

  @buffered async get<T>(path: string, init: T): Promise<T> {
    return path === '' ? init : JSON.parse(path)
  }

  @buffered({ ttl: '1m' }) static async last<T extends object>(items: readonly T[]): Promise<T | undefined> {
    return items.at(-1)
  }

  @buffered static async list(this: typeof Rates): Promise<string[]> {
    return [Rates.name]
  }

  // @ts-expect-error a getter gives its value at once
  @buffered get now(): number {
    return 1
  }

  // @ts-expect-error so does a method that returns no promise
  @buffered({ ttl: 1 }) today(): number {
    return 1
  }

  // @ts-expect-error a key of other arguments
  @buffered({ key: (n: number) => n }) async wrong(name: string): Promise<string> {
    return name
  }
}

// Types are kept.
export const rates: Rates = new Rates('a')
export const of: Promise<{ currency: string; at: Date | undefined; more: number }> = rates.of('EUR', new Date(), 'a', 'b')
export const list: Promise<string[]> = Rates.list()
// @ts-expect-error an argument of another type
rates.of(1)

class Special extends Rates {
  @fetch.buffered({ scope: 'class' }) override async all(): Promise<number[]> {
    return [...(await super.all()), 1]
  }
}
export const special: Promise<number[]> = new Special('b').all()

// Options that are kept apart say what they are of.
export const options: BufferedOptions<unknown, [id: number], string> = {
  name: 'load',
  v: 2,
  key: (id) => id,
  codec: { encode: (text) => new TextEncoder().encode(text), decode: (bytes) => new TextDecoder().decode(bytes) },
  maxItems: 10,
  negativeTtl: '2s',
  fallback: { maxStale: '1d', cooldown: '5s' },
  staleWhileRevalidate: true,
  timeouts: { deadline: '5s' },
  retry: { attempts: 2 },
  group: 'sandbox',
}
export const load: (id: number) => Promise<string> = buffered((id: number) => String(id), options)
export const later: Promise<string> = buffered({ ttl: '1m' })((id: number) => String(id))(1)

/** What is told of a running function. */
export function told(): number | undefined {
  const { context } = buffered
  const { signal, previous, setTtl, tag, skip, fail } = context()
  signal.throwIfAborted()
  setTtl('5m')
  tag('a', 'b')
  if (previous === 1) skip()
  if (previous === undefined) return fail(new Error('there is nothing'))
  return 1
}
