import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../helpers/digest.ts'
import { hangUp, ok, reset, type Step, status } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { inspected, rejection, seen } from '../download/given.ts'
import { ask, json, later, page } from './judging.ts'
import { places } from './places.ts'

const right = `sha256:${sha256('right')}` as const

describe('all places fail', () => {
  const rows: [string, Step, Step, object][] = [
    ['dead and dead', hangUp(), hangUp(), { rejected: 'CONNECT' }],
    ['dead and 503', hangUp(), status(503, {}, 'down'), { status: 503, text: 'down' }],
    ['404 and 404', status(404, {}, 'gone'), status(404, {}, 'also gone'), { status: 404 }],
  ]
  test.each(rows)('%s, nothing stored', async (_, first, mirror, came) => {
    await using p = await places(first, mirror, { retry: { attempts: 2 } })
    expect(await turnUntil(p.g.clock, ask(p.g, { holdfast: { sources: [p.other.url('/m')] } }))).toMatchObject(came)
  })

  test('the error tells of every attempt, and of a version there is', async () => {
    await using p = await places(hangUp(), reset(), { retry: { attempts: 2 } })
    const init = { holdfast: { sources: [p.other.url('/m')] } }
    const error = await rejection(p.g.fetch(p.g.origin.url('/f'), init))
    const [a, b] = [p.g.origin.url('/f'), p.other.url('/m')]
    expect(error.attempts.map(({ url }) => url)).toEqual([a, a, b, b])
    await p.g.fetch.put(a, new Response('old'))
    await p.g.clock.advance(1_000)
    const response = await p.g.fetch(a, init)
    expect(inspected(response, 'fallback').attempts.map(({ url }) => url)).toEqual([a, a, b, b])
    expect(await response.text()).toBe('old')
  })

  test('wrong bytes at every place are DIGEST, and no place is asked without end', async () => {
    await using p = await places(ok('wrong'), ok('also wrong'), { retry: { attempts: 2 }, expect: { digest: right } })
    expect(await ask(p.g, { holdfast: { sources: [p.other.url('/m')] } })).toEqual({ rejected: 'DIGEST' })
    expect([p.g.origin.hits(), p.other.hits()]).toEqual([2, 2])
  })

  test('integrity is held against the mirror too', async () => {
    const integrity = `sha256-${createHash('sha256').update('right').digest('base64')}`
    await using p = await places(status(404), ok('wrong'), { retry: false })
    const call = p.g.fetch(p.g.origin.url('/f'), { integrity, holdfast: { sources: [p.other.url('/m')] } })
    expect(await seen(call)).toEqual({ rejected: 'DIGEST' })
  })

  test('guards compare the mirror’s answer with the version before', async () => {
    await using p = await places(status(404), page(), { retry: false })
    await p.g.fetch.put(p.g.origin.url('/f'), Response.json({ a: 1 }))
    await p.g.clock.advance(1_000)
    expect(await ask(p.g, { holdfast: { sources: [p.other.url('/m')] } })).toMatchObject({ text: '{"a":1}' })
    p.other.script('/m', json({ a: 2 }))
    await later(p.g)
    expect(await ask(p.g, { holdfast: { sources: [p.other.url('/m')] } })).toMatchObject({ text: '{"a":2}', outcome: 'miss' })
  })
})
