import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, type Store } from '../../../src/index.ts'
import '../../helpers/loaded.ts'
import { rounds } from '../../helpers/turning.ts'

const URL = 'https://example.org/f'

/** A store whose next write waits. */
function held(store: Store): { store: Store; hold(): { release(): void; readonly arrived: Promise<void> } } {
  let next: { gate: Promise<void>; arrive: () => void } | undefined
  const compareAndSet: NonNullable<Store['compareAndSet']> = async (...args) => {
    const now = next
    next = undefined
    now?.arrive()
    await now?.gate
    return store.compareAndSet?.(...args) ?? false
  }
  const of = (name: string | symbol): unknown => {
    const member: unknown = name === 'compareAndSet' ? compareAndSet : Reflect.get(store, name)
    return typeof member === 'function' && name !== 'compareAndSet' ? member.bind(store) : member
  }
  const hold = () => {
    const gate = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    next = { gate: gate.promise, arrive: arrived.resolve }
    return { release: gate.resolve, arrived: arrived.promise }
  }
  return { store: new Proxy(store, { get: (_, name) => of(name) }), hold }
}

test.each([{ url: URL }, { match: 'https://example.org/*' }])(
  'what is put while %j is deleted is in all tiers, or in none',
  async (what) => {
    const file = held(sqlite(':memory:'))
    await using fetch = createCachedFetch({ tiers: [memory(), file.store], clock: manualClock(Date.now()), ttl: '1m' })
    await fetch.put(URL, new Response('first'))
    const write = file.hold()
    const putting = fetch.put(URL, new Response('second'))
    await write.arrived
    const deleting = fetch.cache.delete(what)
    await rounds()
    write.release()
    await Promise.all([putting, deleting])
    await fetch.idle()
    expect(await fetch.entry(URL).versions()).toEqual([])
    await expect(fetch(URL, { cache: 'only-if-cached' })).rejects.toMatchObject({ code: 'NOT_CACHED' })
  },
)
