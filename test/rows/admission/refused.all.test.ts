import { describe, expect, test } from 'vitest'
import { inspect } from '../../../src/index.ts'
import { ok, status } from '../../helpers/origin/index.ts'
import { given, rejection } from '../download/given.ts'
import { ask, good, json, page } from './judging.ts'

const yes = { ok: true }
const no = { ok: false }

describe('with nothing good stored', () => {
  test('all refused: REJECTED with the reason, each time; the same bytes are not judged again', async () => {
    const schema = good()
    await using g = await given({ schema })
    g.origin.script('/f', json(no))
    for (let n = 0; n < 3; n += 1) {
      const error = await rejection(g.fetch(g.origin.url('/f')))
      expect([error.code, error.message]).toEqual(['REJECTED', expect.stringContaining('is not true')])
    }
    expect(schema.asked).toEqual([no])
    expect(g.origin.hits()).toBe(3)
    expect(await g.fetch.cache.has(g.origin.url('/f'))).toBe(false)
  })

  test('only refused versions are stored and the origin dies: its error, never their bytes', async () => {
    await using g = await given({ schema: good(), retry: false })
    g.origin.script('/f', json(no), status(503, {}, 'down'))
    await ask(g)
    expect(await ask(g)).toEqual({ status: 503, text: 'down', outcome: 'miss' })
    await g.origin.refuse()
    g.origin.kill()
    expect(await ask(g)).toEqual({ rejected: 'CONNECT' })
  })

  const stored = ['only-if-cached', 'force-cache'] as const
  test.each(stored)('%s does not bring it back', async (cache) => {
    await using g = await given({ schema: good(), retry: false })
    g.origin.script('/f', json(no), status(503, {}, 'down'))
    await ask(g)
    expect(await ask(g, { cache })).toMatchObject(cache === 'only-if-cached' ? { rejected: 'NOT_CACHED' } : { status: 503 })
  })

  test('fallback: false: REJECTED, though a good one is stored', async () => {
    await using g = await given({ schema: good() })
    g.origin.script('/f', json(yes), json(no))
    await ask(g)
    expect(await ask(g, { holdfast: { fallback: false } })).toEqual({ rejected: 'REJECTED' })
    expect(await ask(g)).toMatchObject({ outcome: 'fallback' })
  })

  test("fallback.on without 'rejected': REJECTED", async () => {
    await using g = await given({ schema: good(), fallback: { on: ['network'] } })
    g.origin.script('/f', json(yes), json(no))
    await ask(g)
    expect(await ask(g)).toEqual({ rejected: 'REJECTED' })
  })

  test('the first good one ends it', async () => {
    await using g = await given({ check: async (response) => expectText(await response.text()) })
    g.origin.script('/f', ok('bad 1'), page(), ok('good'))
    for (const came of ['REJECTED', 'REJECTED', undefined]) expect((await ask(g)).rejected).toBe(came)
    const hit = await g.fetch(g.origin.url('/f'), { cache: 'force-cache' })
    expect([await hit.text(), inspect(hit)?.outcome]).toEqual(['good', 'hit'])
  })
})

function expectText(text: string): void {
  if (text !== 'good') throw new Error(`${text} is not good`)
}
