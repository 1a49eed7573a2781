import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { createCachedFetch } from '../../../src/index.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

test('a live stream that its reader has left is let go of, with the connection behind it', async () => {
  const kept: WeakRef<ReadableStream>[] = []
  const fetch = createCachedFetch({
    tiers: [memory()],
    fetch: async () => {
      const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('data: 1\n\n')) })
      kept.push(new WeakRef(body))
      return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
    },
  })
  for (let n = 0; n < 5; n += 1) await (await fetch('https://h.test/live')).body?.cancel()
  for (let turn = 0; turn < 20; turn += 1) {
    await setImmediate()
    collect()
  }
  // The last one may stand on the stack still.
  expect(kept.filter((one) => one.deref() !== undefined).length).toBeLessThan(2)
  await fetch.close()
})

test('a live stream that is dropped together with its instance ends its connection', async () => {
  let ended = 0
  const drop = async (): Promise<void> => {
    const fetch = createCachedFetch({
      tiers: [memory()],
      fetch: async () => {
        const start = (controller: ReadableStreamDefaultController): void => controller.enqueue(Buffer.from('data: 1\n\n'))
        const body = new ReadableStream({ start, cancel: () => void ended++ })
        return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
      },
    })
    await (await fetch('https://h.test/live')).body?.getReader().read()
  }
  for (let n = 0; n < 5; n += 1) await drop()
  for (let turn = 0; turn < 20 && ended < 4; turn += 1) {
    await setImmediate()
    collect()
  }
  // The last one may stand on the stack still.
  expect(ended).toBeGreaterThan(3)
})
