import { describe, expect, test } from 'vitest'
import { sha256 } from '../../helpers/digest.ts'
import { notModified } from '../../helpers/origin/index.ts'
import { given, inspected } from '../download/given.ts'
import { ask, fallen, good, json, later } from './judging.ts'

const yes = { ok: true }
const no = { ok: false }

describe('a version that was refused', () => {
  test('is kept under the label failed, with its reason: the event tells it, once', async () => {
    await using g = await given({ schema: good() })
    g.origin.script('/f', json(yes), json(no))
    await ask(g)
    await ask(g)
    expect(g.told('rejected')).toEqual([
      {
        key: expect.any(String),
        url: g.origin.url('/f'),
        reason: expect.stringContaining('is not true'),
        version: expect.objectContaining({ digest: sha256(JSON.stringify(no)), labels: ['failed'], status: 200, size: 12 }),
      },
    ])
  })

  test('is no version that was stored as good: no event says so', async () => {
    await using g = await given({ schema: good() })
    g.origin.script('/f', json(yes), json(no))
    await ask(g)
    await ask(g)
    expect(g.told('stored').map(({ version }) => version.digest)).toEqual([sha256(JSON.stringify(yes))])
    expect(g.told('fallback')).toMatchObject([{ url: g.origin.url('/f'), version: { digest: sha256(JSON.stringify(yes)) } }])
  })

  test('is told to the caller who gets the last good one: the error, the attempts, the age, Cache-Status', async () => {
    await using g = await given({ schema: good() })
    g.origin.script('/f', json(yes), json(no))
    await ask(g)
    await g.clock.advance(5_000)
    const response = await g.fetch(g.origin.url('/f'))
    const { error, attempts, staleFor, version } = inspected(response, 'fallback')
    expect(error).toMatchObject({ code: 'REJECTED', name: 'HoldfastError', url: g.origin.url('/f') })
    expect(error).toBeInstanceOf(TypeError)
    expect(attempts).toMatchObject([{ status: 200, bytes: 12, url: g.origin.url('/f') }])
    expect([staleFor, version.digest]).toEqual([5_000, sha256(JSON.stringify(yes))])
    expect(response.headers.get('cache-status')).toMatch(/^holdfast; fwd=stale;.*detail=rejected/)
    expect(await response.text()).toBe(JSON.stringify(yes))
  })

  test('is refused again at once when the same bytes come: nobody is asked, and it counts as a failed refresh', async () => {
    const schema = good()
    await using g = await given({ schema })
    g.origin.script('/f', json(yes), json(no))
    await ask(g)
    for (let n = 0; n < 4; n += 1) {
      expect(await fallen(g)).toMatchObject({
        text: JSON.stringify(yes),
        code: 'REJECTED',
        message: expect.stringContaining('is not true'),
      })
      await later(g)
    }
    expect(schema.asked).toEqual([yes, no])
    expect(g.origin.hits()).toBe(5)
    expect(new Set(g.told('rejected').map(({ version }) => version.id)).size).toBe(1)
  })

  test('is refused again under another ETag, another type, another header', async () => {
    const schema = good()
    await using g = await given({ schema })
    const body = JSON.stringify(no)
    g.origin.script(
      '/f',
      json(yes),
      json(no, { etag: '"1"' }),
      json(body, { etag: '"2"' }),
      json(body, { headers: { 'X-A': 'b' } }),
    )
    await ask(g)
    for (let n = 0; n < 3; n += 1) {
      expect(await ask(g)).toMatchObject({ outcome: 'fallback' })
      await later(g)
    }
    expect(schema.asked).toEqual([yes, no])
  })

  test('costs its cool-down: no request within it, one after it; reload passes by', async () => {
    await using g = await given({ schema: good(), fallback: { cooldown: '10s' } })
    g.origin.script('/f', json(yes), json(no))
    await ask(g)
    await g.clock.advance(1_000)
    for (let n = 0; n < 5; n += 1) expect(await fallen(g)).toMatchObject({ code: 'REJECTED' })
    expect(g.origin.hits()).toBe(2)
    expect(await ask(g, { cache: 'reload' })).toMatchObject({ outcome: 'fallback' })
    expect(g.origin.hits()).toBe(3)
    await g.clock.advance(11_000)
    await ask(g)
    expect(g.origin.hits()).toBe(4)
  })

  test('does not stand in the way of the next: other bytes are judged anew, and served', async () => {
    await using g = await given({ schema: good() })
    g.origin.script('/f', json(yes), json(no), json({ ok: true, n: 2 }), json(no), json(yes))
    await ask(g)
    await ask(g)
    await later(g)
    expect(await ask(g)).toEqual({ status: 200, text: '{"ok":true,"n":2}', outcome: 'miss' })
    expect(await fallen(g)).toMatchObject({ text: '{"ok":true,"n":2}' })
    await later(g)
    // Back to the first: a version that is known and good.
    expect(await ask(g)).toMatchObject({ status: 200, text: JSON.stringify(yes) })
  })

  test('gives no validator: the origin is asked by the tag of the good one, and its 304 renews that one', async () => {
    await using g = await given({ schema: good() })
    g.origin.script('/f', json(yes, { etag: '"good"' }), json(no, { etag: '"bad"' }), notModified({ etag: '"good"' }))
    await ask(g)
    await ask(g)
    await later(g)
    expect(await ask(g)).toEqual({ status: 200, text: JSON.stringify(yes), outcome: 'revalidated' })
    expect(g.origin.requests('/f')[2]?.headers['if-none-match']).toBe('"good"')
  })

  test('a 304 that names it renews nothing', async () => {
    await using g = await given({ schema: good(), ttl: 'http', retry: false })
    const headers = { 'Cache-Control': 'max-age=1' }
    g.origin.script(
      '/f',
      json(yes, { etag: '"good"', headers }),
      json(no, { etag: '"bad"', headers }),
      notModified({ etag: '"bad"', headers }),
      json(no, { etag: '"bad"' }),
    )
    await ask(g)
    await later(g)
    await ask(g)
    await later(g)
    const came = await ask(g)
    expect(came).toMatchObject({ text: JSON.stringify(yes), outcome: 'fallback' })
  })
})
