import { expect, onTestFinished, test } from 'vitest'
import type { Events, Options } from '../../../src/index.ts'
import { byRequest, ok, status } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { rejection, seen } from './given.ts'
import { type Life, lives, living, storeOld } from './stored.ts'

// C09, P12: what the user hands in may be an async function that rejects, and then nobody else waits for that promise.
const late = (): never => Promise.reject(new Error('a mistake of the user')) as never

/** The rejections that nobody took, until the end of the test. */
function unhandled(): unknown[] {
  const found: unknown[] = []
  const note = (reason: unknown): void => void found.push(reason)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  return found
}

const hooks: [string, Options][] = [
  ['shouldRetry', { retry: { shouldRetry: late } }],
  ['a rule', { rules: [{ match: late }] }],
]
test.each(hooks)('%s: HOOK, and nothing is left over', async (_, options) => {
  const found = unhandled()
  for (const life of lives.slice(0, 2) as Life[]) {
    await using g = await living(life, options)
    g.origin.script('/f', status(503))
    expect(await rejection(g.fetch(g.origin.url('/f')))).toMatchObject({ code: 'HOOK', cause: expect.any(Error) })
    await rounds()
  }
  expect(found).toEqual([])
})

const events: (keyof Events)[] = ['lookup', 'verdict', 'attempt', 'progress', 'stored', 'fallback', 'warning']
test.each(events)('a listener of %s that rejects disturbs nobody, and nothing is left over', async (event) => {
  const found = unhandled()
  for (const life of lives.slice(0, 2) as Life[]) {
    await using g = await living(life, { retry: false })
    await storeOld(g, life, '/f')
    g.fetch.on(event, late)
    g.origin.script(
      '/f',
      byRequest((_request, hit) => (hit === 2 ? status(503) : ok('fine'))),
    )
    for (let n = 0; n < 2; n += 1) await seen(g.fetch(g.origin.url('/f'), { holdfast: { onProgress: late } }))
    await rounds()
  }
  expect(found).toEqual([])
})

test('random that throws: HOOK', async () => {
  const [life] = lives
  if (life === undefined) throw new Error('no life')
  const boom = (): never => {
    throw new Error('a mistake of the user')
  }
  await using g = await living(life, { random: boom, retry: { minDelay: 1 } })
  g.origin.script('/f', status(503))
  expect((await rejection(g.fetch(g.origin.url('/f')))).code).toBe('HOOK')
})
