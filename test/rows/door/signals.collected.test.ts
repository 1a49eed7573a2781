import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { hang } from '../../helpers/origin/index.ts'
import { given } from '../download/given.ts'

// A Request that nobody holds any more is collected, and with it what lets its signal follow the caller's. (Node's own fetch then hears no abort.)
test('an abort is heard when the Request whose signal it is has been dropped', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  await using g = await given()
  g.origin.script('/f', hang())
  const controller = new AbortController()
  const failure = g.fetch(new Request(g.origin.url('/f'), { signal: controller.signal })).catch((error: unknown) => error)
  while (g.origin.hits('/f') === 0) await setImmediate()
  for (let turn = 0; turn < 10; turn += 1) {
    await setImmediate()
    collect()
  }
  controller.abort()
  expect(await failure).toMatchObject({ name: 'AbortError' })
})
