import { expect, test } from 'vitest'
import { rounds, turnFor } from '../../helpers/turning.ts'
import { fed } from './fed.ts'
import { given, seen } from './given.ts'

test('who has left is told nothing more of the download; who waits is', async () => {
  await using g = await given()
  const { step, next } = fed(9)
  g.origin.script('/f', step)
  const told: Record<'leaver' | 'stayer', number[]> = { leaver: [], stayer: [] }
  const controller = new AbortController()
  const ask = (who: 'leaver' | 'stayer', signal?: AbortSignal) =>
    seen(
      g.fetch(g.origin.url('/f'), { ...(signal && { signal }), holdfast: { onProgress: ({ bytes }) => told[who].push(bytes) } }),
    )
  const calls = [ask('leaver', controller.signal), ask('stayer')]
  await next(Buffer.from('one'))
  await turnFor(g.clock, 500)
  await next(Buffer.from('two'))
  await rounds()
  expect(told).toEqual({ leaver: [6], stayer: [6] })
  controller.abort()
  await turnFor(g.clock, 500)
  await next(Buffer.from('six'))
  expect(await Promise.all(calls)).toMatchObject([{ rejected: 'AbortError' }, { text: 'onetwosix' }])
  expect(told.leaver).toEqual([6])
  expect(told.stayer.at(-1)).toBe(9)
})
