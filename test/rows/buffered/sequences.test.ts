import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { BufferedFunction, CachedFetch, Store } from '../../../src/index.ts'
import { type Bench, bench } from './kit.ts'

// Whatever is done, in whatever order, each call gives what it would give if every hit were looked for.

type Load = BufferedFunction<unknown, [id: number], number>

interface Known {
  value: number
  until: number
  isStale: boolean
}

/** What is to be expected, in as few words as can be. */
class Model {
  readonly results = new Map<number, Known>()
  runs = 0

  call(id: number, now: number): number {
    const known = this.results.get(id)
    if (known !== undefined && !known.isStale && now < known.until) return known.value
    return this.run(id, now)
  }

  run(id: number, now: number): number {
    this.set(id, ++this.runs, now)
    return this.runs
  }

  set(id: number, value: number, now: number): void {
    this.results.set(id, { value, until: now + 10_000, isStale: false })
  }

  stale(ids: readonly number[]): void {
    for (const id of ids) {
      const known = this.results.get(id)
      if (known !== undefined) known.isStale = true
    }
  }
}

function drawing(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * below)
  }
}

const IDS = [0, 1, 2, 3]

async function step(draw: (below: number) => number, { b, other, load, model }: Setting): Promise<string> {
  const id = draw(IDS.length)
  const now = b.clock.now()
  switch (draw(16)) {
    case 0:
      model.stale([id])
      await load.cache.invalidate(id)
      return `invalidate ${id}`
    case 1:
      model.stale(IDS)
      await b.fetch.cache.invalidate({ tag: 't' })
      return 'invalidate the tag'
    case 2:
      model.stale(IDS)
      await other.cache.invalidate({ url: 'function:load' })
      return 'another instance over this memory invalidates'
    case 3:
      model.results.clear()
      await load.cache.clear()
      return 'clear'
    case 4:
      model.set(id, -now, now)
      await load.cache.set([id], -now)
      return `set ${id}`
    case 5:
      expect(await load.cache.refresh(id)).toBe(model.run(id, now))
      return `refresh ${id}`
    case 6:
      await b.clock.advance(draw(9_000))
      return 'time goes by'
    case 7:
      expect(await load.cache.peek(id)).toBe(model.results.get(id)?.value)
      return `peek ${id}`
    default:
      expect(await load(id)).toBe(model.call(id, now))
      return `call ${id}`
  }
}

interface Setting {
  readonly b: Bench
  readonly other: CachedFetch
  readonly load: Load
  readonly model: Model
}

const LISTS: [string, (file: (name: string) => string) => Store[]][] = [
  ['memory', () => [memory()]],
  ['memory before sqlite', (file) => [memory(), sqlite(file('a.db'))]],
]

describe.each(LISTS)('any sequence: %s', (_, tiersOf) => {
  test.each([1, 2, 3, 4, 5, 6])('seed %s', async (seed) => {
    await using b = await bench()
    const tiers = tiersOf(b.file)
    const [fetch, other] = [b.open({ tiers }), b.open({ tiers })]
    const model = new Model()
    let runs = 0
    const load = fetch.buffered((_id: number) => ++runs, { name: 'load', ttl: '10s', tags: ['t'], fallback: false })
    const draw = drawing(seed)
    const done: string[] = []
    for (let n = 0; n < 250; n++) {
      try {
        done.push(await step(draw, { b: { ...b, fetch }, other, load, model }))
      } catch (error) {
        throw new Error(`after ${done.slice(-12).join(', ')}: ${(error as Error).message}`, { cause: error })
      }
      // What is said in the millisecond in which a result was made concerns it too.
      await b.clock.advance(1)
    }
    expect(runs).toBe(model.runs)
  })
})
