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
