import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Store } from '../../../src/index.ts'
import { aFile, another, history, SECOND } from './histories.ts'

// What other processes say while one has the entry in memory, or is about to write it.

/** The same store, asked through `ask` instead where a method is named there. */
function through(store: Store, ask: { [name in keyof Store]?: Store[name] | undefined }): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(name in ask ? ask : target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

test('a verdict of another process is heard at a hit, a second later, and not before', async () => {
  const file = aFile()
  await using g = await history([memory(), sqlite(file)], { ttl: '30d' })
  const beside = another(g, [sqlite(file)])
  const text = async (): Promise<string> => {
    const told = await (await g.fetch(g.url)).text()
    await g.fetch.idle()
    return told
  }
  await g.atOnce('v1', 'v2')
  expect(await text()).toBe('v2')
  await beside.entry(g.url).label('failed')
  await g.clock.advance(SECOND - 1)
  expect([await text(), await text()]).toEqual(['v2', 'v2'])
  await g.clock.advance(1)
  expect([await text(), await text()]).toEqual(['v1', 'v1'])
  expect(g.origin.hits()).toBe(2)
})

test('a hundred hits within a second ask the other tiers for nothing', async () => {
  let asked = 0
  const store = sqlite(':memory:')
  const counted = through(store, {
    // As a store that cannot say anything at once.
    glance: undefined,
    stamp: undefined,
    get: (key) => {
      asked += 1
      return store.get(key)
    },
    getMany: (keys) => {
      asked += 1
      return store.getMany(keys)
    },
  })
  await using g = await history([memory(), counted], { ttl: '30d' })
  await g.atOnce('v1')
  const hits = async (): Promise<number> => {
    const before = asked
    for (let n = 0; n < 100; n += 1) await (await g.fetch(g.url)).text()
    await g.fetch.idle()
    return asked - before
  }
  expect(await hits()).toBe(0)
  await g.clock.advance(SECOND)
  const once = await hits()
  expect(once).toBeGreaterThan(0)
  expect(once).toBeLessThan(10)
})

const BEFORE_A_WRITE: Record<string, (store: Store, first: () => Promise<unknown>) => Partial<Store>> = {
  'as its turn begins': (store, first) => ({
    compareAndSet: undefined as never,
    lease: async (key, ms) => {
      if (/^h1:w:[0-9a-f]{64}$/.test(key)) await first()
      return store.lease?.(key, ms)
    },
  }),
  'after it was read': (store, first) => ({
    compareAndSet: async (...write) => {
      await first()
      return (await store.compareAndSet?.(...write)) === true
    },
  }),
}

test.for(Object.entries(BEFORE_A_WRITE))(
  'a version that is pinned between the look of a sweep and its word stays: %s',
  async ([, interrupting]) => {
    const file = aFile()
    const store = sqlite(file)
    let meanwhile: (() => Promise<unknown>) | undefined
    const interrupted = through(
      store,
      interrupting(store, async () => {
        const first = meanwhile
        meanwhile = undefined
        await first?.()
      }),
    )
    await using g = await history([interrupted], { versions: { keep: 20 } })
    const beside = another(g, [sqlite(file)], { versions: { keep: 20 } })
    await g.atOnce('v1', 'v2', 'v3', 'v4')
    const [oldest = ''] = await g.ids()
    meanwhile = () => beside.entry(g.url).pin({ version: oldest })
    expect(await g.fetch.extend({ versions: { keep: 1 } }).cache.sweep()).toBeDefined()
    expect(meanwhile).toBeUndefined()
    expect(await g.texts()).toEqual(['v1', 'v4'])
  },
)

test('what was removed is not remembered without end: an entry that changes for ever has a record that does not grow', async () => {
  const store = sqlite(':memory:')
  await using g = await history([store], { versions: { keep: 1 } })
  const sizes: number[] = []
  for (let n = 0; n < 160; n += 1) {
    await g.atOnce(`v${n}`)
    if (n % 80 !== 79) continue
    const [key = ''] = await Array.fromAsync(store.keys('h1:e:'))
    sizes.push((await store.get(key))?.length ?? 0)
  }
  const [first = 0, second = 0] = sizes
  expect(first).toBeGreaterThan(0)
  expect(second).toBeLessThan(first * 1.05)
})

test('nor is what was taken back: a program that labels each of its runs; a verdict that was taken back is, for an older copy has it', async () => {
  const store = sqlite(':memory:')
  await using g = await history([store])
  await g.brings('one')
  await g.entry.label('failed')
  const [version = ''] = await g.ids()
  await g.entry.unlabel('failed', { version })
  await g.entry.label('release')
  const sizes: number[] = []
  for (let n = 0; n < 210; n += 1) {
    await g.entry.label(`run-${n + 100}`)
    await g.entry.unlabel(`run-${n + 100}`)
    if (n % 70 !== 69) continue
    const [key = ''] = await Array.fromAsync(store.keys('h1:e:'))
    const record = await store.get(key)
    expect(new TextDecoder().decode(record)).toContain('"failed"')
    sizes.push(record?.length ?? 0)
  }
  const [first = 0, , last = 0] = sizes
  expect(last).toBeLessThan(first * 1.05)
  expect((await g.entry.versions()).map(({ labels }) => labels)).toEqual([['release']])
})
