import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { createCachedFetch } from '../../../src/index.ts'

test('what is told of a failure does not keep the failure itself, with all that it came of', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const thrown: WeakRef<Error>[] = []
  const fail = (): never => {
    const error = Object.assign(new TypeError('no such luck'), { code: 'ECONNREFUSED' })
    thrown.push(new WeakRef(error))
    throw error
  }
  const fetch = createCachedFetch({ tiers: [memory()], retry: false, fetch: async () => fail() })
  const load = fetch.buffered(async (_id: number) => fail(), { name: 'load' })
  for (let n = 0; n < 5; n += 1) {
    await fetch(`https://h.test/${n}`).catch(() => undefined)
    await load(n).catch(() => undefined)
  }
  for (let turn = 0; turn < 20; turn += 1) {
    await setImmediate()
    collect()
  }
  expect(thrown).toHaveLength(10)
  // The last ones may stand on the stack still.
  expect(thrown.filter((one) => one.deref() !== undefined).length).toBeLessThan(3)
  expect(await fetch.entry('https://h.test/1').explain()).toMatch(/no answer, CONNECT: .*no such luck/)
  expect(await load.cache.entry(1).explain()).toContain('no answer, ECONNREFUSED: no such luck')
  await fetch.close()
})
