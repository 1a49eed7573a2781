import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import type { Store } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { isSettled } from '../../helpers/turning.ts'
import { given, seen } from './given.ts'

/** A memory whose reads wait for the test. */
function slowToRead(): { store: Store; read: Promise<void>; release(): void } {
  const inner = memory()
  const reading = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const wait = async <T>(work: () => Promise<T>): Promise<T> => {
    reading.resolve()
    await opened.promise
    return work()
  }
  const { live: _, ...bytes } = inner
  const store: Store = {
    ...bytes,
    get: (key) => wait(() => inner.get(key)),
    getMany: (keys) => wait(() => inner.getMany(keys)),
    set: (...args) => inner.set(...args),
    setMany: (...args) => inner.setMany(...args),
    delete: (...args) => inner.delete(...args),
    keys: (...args) => inner.keys(...args),
    close: () => inner.close(),
  }
  return { store, read: reading.promise, release: () => opened.resolve() }
}

test('C04: aborted while the store is being read: the very reason, at once, and nothing is asked', async () => {
  const { store, read, release } = slowToRead()
  await using g = await given({ tiers: [store] })
  g.origin.script('/f', ok('fine'))
  const reason = { mine: true }
  const controller = new AbortController()
  const call = g.fetch(g.origin.url('/f'), { signal: controller.signal }).catch((error: unknown) => error)
  const other = seen(g.fetch(g.origin.url('/f')))
  await read
  controller.abort(reason)
  const atOnce = await isSettled(call)
  release()
  expect(atOnce).toBe(true)
  expect(await call).toBe(reason)
  expect(await other).toMatchObject({ text: 'fine' })
  expect(g.origin.hits()).toBe(1)
})
