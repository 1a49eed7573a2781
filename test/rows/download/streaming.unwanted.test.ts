import { expect, test } from 'vitest'
import { ok, status } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { given } from './given.ts'

test.each(['standard', 'resilient'] as const)(
  'a 503 that may be kept is read to its end as a stream, beside what is stored (%s)',
  async (respect) => {
    await using g = await given({ respect, retry: false, ttl: 'http' })
    g.origin.script(
      '/f',
      ok('fine', { headers: { 'Cache-Control': 'max-age=60, must-revalidate' } }),
      status(503, { 'Cache-Control': 'max-age=60' }, 'not now'),
    )
    await (await g.fetch(g.origin.url('/f'))).text()
    await g.clock.advance(61_000)
    const answer = await turnUntil(g.clock, g.fetch(g.origin.url('/f'), { holdfast: { delivery: 'streaming' } }))
    expect(await turnUntil(g.clock, answer.text())).toBe(respect === 'standard' ? 'not now' : 'fine')
  },
)
