import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { createCachedFetch } from '../../../src/index.ts'

test('who has left a download that goes on for others is let go of', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<Response>()
  const fetch = createCachedFetch({
    tiers: [memory()],
    fetch: () => {
      asked.resolve()
      return answer.promise
    },
  })
  const stays = fetch('https://h.test/')
  await asked.promise
  const reasons: WeakRef<Error>[] = []
  for (let n = 0; n < 5; n += 1) {
    const caller = new AbortController()
    const leaves = fetch('https://h.test/', { signal: caller.signal, holdfast: { delivery: n % 2 ? 'streaming' : 'whole' } })
    await setImmediate()
    const reason = new Error('enough')
    reasons.push(new WeakRef(reason))
    caller.abort(reason)
    await leaves.catch(() => undefined)
  }
  for (let turn = 0; turn < 20; turn += 1) {
    await setImmediate()
    collect()
  }
  // The last one may stand on the stack still.
  expect(reasons.filter((one) => one.deref() !== undefined).length).toBeLessThan(2)
  answer.resolve(new Response('here'))
  expect(await (await stays).text()).toBe('here')
  await fetch.close()
})
