import { type Buffered, type BufferedFunction, buffered, createCachedFetch } from 'holdfast'

const fetch = createCachedFetch()

// A function keeps its arguments, and gives a promise.
const area = (width: number, height: number): number => width * height
export const plain: BufferedFunction<unknown, [width: number, height: number], number> = buffered(area)
export const same: Promise<number> = fetch.buffered(area)(1, 2)
// @ts-expect-error one argument is missing
fetch.buffered(area)(1)
// @ts-expect-error of another type
fetch.buffered(area)('1', 2)

// Options are typed by the function.
export const keyed: Promise<string> = buffered(async (id: number, log: () => void) => `${id}${typeof log}`, {
  key: (id) => id * 2,
  ttl: '5m',
})(1, () => undefined)
// A key that looks at some of the arguments takes none away, optional ones neither.
const search = buffered(async (text: string, page?: number) => [`${text}${page}`], { key: (text) => text })
export const found: Promise<string[]>[] = [search('a'), search('a', 2)]
// @ts-expect-error of another type
search('a', '2')
buffered(area, { key: (width: number) => width })(1, 2)
// @ts-expect-error a key of other arguments
buffered(area, { key: (width: string) => width })
// @ts-expect-error no such option
buffered(area, { tll: '5m' })

// A generic function stays one, and one with overloads has them all.
const itself = buffered(async <T>(value: T): Promise<T> => value, { ttl: '1m' })
export const five: Promise<5> = itself<5>(5)
export const peeked: Promise<unknown> = itself.cache.peek(5)
export const typed: Promise<{ id: string }> = buffered({ ttl: 1 })(async <T>(path: string): Promise<T> => JSON.parse(path))('{}')
// @ts-expect-error of another type
itself<string>(5)
declare function either(id: string): Promise<string>
declare function either(id: number): Promise<number>
export const both: [Promise<string>, Promise<number>] = [buffered(either)('a'), buffered(either)(1)]
// One that gives no promise gives one here.
declare function now<T>(value: T): T
export const later: Promise<unknown> = buffered(now)(1)
// What it is besides stays behind.
const counted = Object.assign(async (id: number) => id, { calls: 0 })
// @ts-expect-error it has no such property
buffered(counted).calls

// Promises of another make, and what is one only sometimes.
declare const query: (id: number) => PromiseLike<string[]>
export const rows: Promise<string[]> = buffered(query, { name: 'rows', key: (id) => id })(1)
export const row: Promise<string[]> = buffered({ name: 'row' })(query)(1)
export const sometimes: Promise<string | number> = buffered((id: number) => (id > 1 ? id : Promise.resolve('a')))(1)

// What is kept of it.
export async function cache(): Promise<(number | undefined)[]> {
  const load = buffered(area)
  await load.cache.set([1, 2], 2)
  // @ts-expect-error a result of another type
  await load.cache.set([1, 2], '2')
  // @ts-expect-error arguments of another type
  await load.cache.invalidate('1')
  await load.cache.clear()
  return [await load.cache.peek(1, 2), await load.cache.refresh(1, 2), await load.original(1, 2), load.cache.info().hits]
}

// Methods that return a promise, with standard decorators.
export class Github {
  static readonly host: string = 'api.github.com'
  readonly token: string
  constructor(token: string) {
    this.token = token
  }
  @buffered async me(): Promise<string> {
    return this.token
  }
  @buffered({ ttl: '10m', scope: 'class' }) async repo(owner: string, name: string): Promise<{ full: string }> {
    return { full: `${owner}/${name}` }
  }
  @fetch.buffered({ name: 'Github.list' }) static async list(): Promise<string[]> {
    return [Github.host]
  }
  // @ts-expect-error a method that returns no promise would change its type
  @buffered now(): number {
    return 1
  }
}
export const repo: Promise<{ full: string }> = new Github('t').repo('a', 'b')

export const door: Buffered = fetch.buffered
export const inside: AbortSignal = buffered.context().signal
