import { describe, expect, test } from 'vitest'
import type { Init, Options } from '../../../src/index.ts'
import { ok, redirect, type Step, status } from '../../helpers/origin/index.ts'
import { given, seen } from '../download/given.ts'
import { ask, fallen, good, json, schemaOf } from './judging.ts'

const yes = { ok: true }
const no = { ok: false }
const never = () =>
  schemaOf(() => {
    throw new Error('asked')
  })

describe('what has nothing to judge is not judged', () => {
  const answers: [string, Step, Init, unknown][] = [
    ['204', status(204), {}, { status: 204, text: '' }],
    ['404', status(404, { 'Content-Type': 'application/json' }, '{"error":"no such thing"}'), {}, { status: 404 }],
    ['410', status(410, {}, 'gone'), {}, { status: 410, text: 'gone' }],
    ['403', status(403, {}, '<html>'), {}, { status: 403 }],
    ['501', status(501, {}, '<html>'), {}, { status: 501 }],
    ['HEAD', json(no), { method: 'HEAD' }, { status: 200, text: '' }],
    ['206', json('{"ok":false}', { ranges: true }), { headers: { Range: 'bytes=1-4' } }, { status: 206, text: '"ok"' }],
    ['a redirect by hand', redirect('/g'), { redirect: 'manual' }, { status: 302 }],
    ['an answer to an unsafe method', json(no), { method: 'PUT', body: 'x' }, { status: 200 }],
    ['a live stream', ok('data: 1\n\n', { headers: { 'Content-Type': 'text/event-stream' } }), {}, { status: 200 }],
  ]
  test.each(answers)('%s', async (_, step, init, came) => {
    const schema = never()
    const checked: number[] = []
    await using g = await given({ schema, check: (response) => void checked.push(response.status), retry: false })
    g.origin.script('/f', step)
    expect(await ask(g, init)).toMatchObject(came as object)
    expect([schema.asked, checked]).toEqual([[], []])
  })

  test('304: the stored version was judged when it came', async () => {
    const schema = good()
    await using g = await given({ schema })
    g.origin.script('/f', json(yes, { etag: '"1"', conditional: true }))
    expect(await ask(g)).toMatchObject({ outcome: 'miss' })
    expect(await ask(g)).toMatchObject({ outcome: 'revalidated' })
    expect([schema.asked.length, g.origin.requests('/f')[1]?.bytesSent]).toEqual([1, 0])
  })

  test('a hit, and the fallback in an outage', async () => {
    const schema = good()
    await using g = await given({ schema, ttl: '1m', retry: false })
    g.origin.script('/f', json(yes), status(503))
    await ask(g)
    expect(await ask(g)).toMatchObject({ outcome: 'hit' })
    await g.clock.advance(61_000)
    expect(await ask(g)).toMatchObject({ outcome: 'fallback' })
    expect(schema.asked).toHaveLength(1)
  })

  test('what is asked is the end of a redirect, not the way', async () => {
    await using g = await given({ schema: good() })
    g.origin.script('/f', redirect('/g'))
    g.origin.script('/g', json(yes))
    expect(await ask(g)).toMatchObject({ status: 200, outcome: 'miss' })
  })
})

describe('what is judged', () => {
  test('an answer that may not be stored: refused, and an old version in its place', async () => {
    await using g = await given({ schema: good(), respect: 'resilient' })
    const headers = { 'Cache-Control': 'no-store' }
    g.origin.script('/f', json(no, { headers }), json(yes), json(no, { headers }), json(yes, { headers }))
    expect(await ask(g)).toEqual({ rejected: 'REJECTED' })
    expect(await ask(g)).toMatchObject({ outcome: 'miss' })
    expect(await fallen(g)).toMatchObject({ text: '{"ok":true}', code: 'REJECTED' })
  })

  test('one whose body comes by closing, and one in chunks of gzip', async () => {
    const { closeDelimited, gz } = await import('../../helpers/origin/index.ts')
    await using g = await given({ schema: good() })
    g.origin.script('/f', closeDelimited('{"ok":false}'), gz('{"ok":false}', { chunked: true }), gz('{"ok":true}'))
    expect(await ask(g)).toEqual({ rejected: 'REJECTED' })
    expect(await ask(g)).toEqual({ rejected: 'REJECTED' })
    expect(await ask(g)).toMatchObject({ text: '{"ok":true}', outcome: 'miss' })
  })

  test('a safe POST', async () => {
    await using g = await given({ schema: good(), safe: true, ttl: '1m' })
    g.origin.script('/f', json(no), json(yes))
    const init = { method: 'POST', body: 'q' }
    expect(await ask(g, init)).toEqual({ rejected: 'REJECTED' })
    expect(await ask(g, init)).toMatchObject({ text: '{"ok":true}', outcome: 'miss' })
  })

  test('what is stored and equal is judged again only where it was not by this one', async () => {
    const schema = good()
    await using g = await given()
    g.origin.script('/f', json(no))
    expect(await ask(g)).toMatchObject({ outcome: 'miss' })
    const strict = await ask(g, { holdfast: { schema } })
    expect(schema.asked).toEqual([no])
    expect(strict.outcome === 'fallback' || strict.rejected === 'REJECTED').toBe(true)
  })
})

describe('where a schema may stand', () => {
  const places: [string, Options, Init][] = [
    ['on the instance', { schema: good() }, {}],
    ['in a rule', { rules: [{ match: 'http://127.0.0.1:*/f', schema: good() }] }, {}],
    ['on a call', {}, { holdfast: { schema: good() } }],
    ['in a rule, over that of the instance', { schema: never(), rules: [{ match: 'http://127.0.0.1:*/f', schema: good() }] }, {}],
    [
      'on a call, over those of rule and instance',
      { schema: never(), rules: [{ match: 'http://127.0.0.1:*/*', schema: never() }] },
      { holdfast: { schema: good() } },
    ],
    ['on the parent of an instance', { schema: good() }, {}],
  ]
  test.each(places)('%s', async (where, options, init) => {
    await using g = await given(options)
    g.origin.script('/f', json(yes), json(no))
    const fetch = where.includes('parent') ? g.fetch.extend({ ttl: 0 }) : g.fetch
    expect(await seen(fetch(g.origin.url('/f'), init))).toMatchObject({ outcome: 'miss' })
    expect(await seen(fetch(g.origin.url('/f'), init))).toMatchObject({ outcome: 'fallback', text: '{"ok":true}' })
  })

  test('a rule for another URL does not judge this one', async () => {
    await using g = await given({ rules: [{ match: 'http://127.0.0.1:*/g', schema: never() }] })
    g.origin.script('/f', json(no))
    expect(await ask(g)).toMatchObject({ outcome: 'miss' })
  })

  test('schema and check: both must pass, and the schema is asked first', async () => {
    const order: string[] = []
    const schema = schemaOf((value) => {
      order.push('schema')
      return { value }
    })
    await using g = await given({ schema, check: () => void order.push('check') })
    g.origin.script('/f', json(yes))
    expect(await ask(g)).toMatchObject({ outcome: 'miss' })
    expect(order.toSorted()).toEqual(['check', 'schema'])
  })
})
