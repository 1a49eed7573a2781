import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { createCachedFetch } from '../../../src/index.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** How many of these are alive. */
async function alive(all: readonly WeakRef<object>[]): Promise<number> {
  for (let turn = 0; turn < 20; turn += 1) {
    await setImmediate()
    collect()
  }
  return all.filter((one) => one.deref() !== undefined).length
}

test('who has left a download that goes on for others is let go of', async () => {
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
  // The last one may stand on the stack still.
  expect(await alive(reasons)).toBeLessThan(2)
  answer.resolve(new Response('here'))
  expect(await (await stays).text()).toBe('here')
  await fetch.close()
})

test('so is a reader of a stream who has left it, while others wait for the rest', async () => {
  const rest = Promise.withResolvers<void>()
  const body = new ReadableStream({
    async start(stream) {
      stream.enqueue(new Uint8Array(2 * 1024 * 1024))
      await rest.promise
      stream.close()
    },
  })
  const fetch = createCachedFetch({ tiers: [memory()], delivery: 'streaming', fetch: async () => new Response(body) })
  const stays = await fetch('https://h.test/')
  const signals: WeakRef<AbortSignal>[] = []
  for (let n = 0; n < 5; n += 1) {
    const caller = new AbortController()
    signals.push(new WeakRef(caller.signal))
    const reader = (await fetch('https://h.test/', { signal: caller.signal })).body?.getReader()
    await reader?.read()
    await reader?.cancel()
  }
  expect(await alive(signals)).toBeLessThan(2)
  rest.resolve()
  expect((await stays.bytes()).length).toBe(2 * 1024 * 1024)
  await fetch.close()
})
