import { describe, expect, test } from 'vitest'
import { given, seen } from '../download/given.ts'
import { over } from './guarded.ts'
import { ask, csv, fallen, json, later, text } from './judging.ts'

const sized = (size: number) => text('x'.repeat(size))
const refuse = { guards: { shrink: 'refuse' } } as const

describe('shrink: empty, or below half of the previous one', () => {
  const rows: [number, number, boolean][] = [
    [1000, 0, true],
    [1000, 1, true],
    [1000, 499, true],
    [1000, 500, false],
    [1000, 501, false],
    [1000, 9_000, false],
    [1, 0, true],
    [3, 1, true],
    [2, 1, false],
    [3_000_000, 1_499_999, true],
    [3_000_000, 1_500_000, false],
  ]
  test.each(rows)('%i bytes, then %i: said %s', async (before, after, shrunk) => {
    const came = await over(sized(before), sized(after))
    expect(came).toMatchObject({ outcome: 'miss', text: 'x'.repeat(after), refused: [] })
    expect(came.warned).toEqual(shrunk ? [expect.stringContaining('shrink')] : [])
  })

  test.each(rows.filter(([, , shrunk]) => shrunk))("'refuse': %i bytes, then %i", async (before, after) => {
    const came = await over(sized(before), sized(after), refuse)
    expect(came).toMatchObject({ outcome: 'fallback', text: 'x'.repeat(before), refused: [expect.stringContaining('shrink')] })
  })

  test('empty after empty is nothing new', async () => {
    await using g = await given(refuse)
    g.origin.script('/f', text(''))
    await ask(g)
    expect(await ask(g)).toMatchObject({ text: '', outcome: 'revalidated' })
  })

  test('the first one may be empty', async () => {
    await using g = await given(refuse)
    g.origin.script('/f', text(''))
    expect(await ask(g)).toEqual({ status: 200, text: '', outcome: 'miss' })
    expect(g.told('warning')).toEqual([])
  })
})

describe('a quiet day', () => {
  test('a small, good list is given with a warning, and the next full one without', async () => {
    await using g = await given()
    const full = 'a,b\n'.concat('1,2\n'.repeat(100))
    g.origin.script('/f', csv(full), csv('a,b\n'), csv(full))
    await ask(g)
    expect(await ask(g)).toEqual({ status: 200, text: 'a,b\n', outcome: 'miss' })
    expect(g.told('warning')).toHaveLength(1)
    // The old bytes again: a version that is known, newer than the quiet one.
    expect(await ask(g)).toMatchObject({ status: 200, text: full })
    expect(g.told('warning')).toHaveLength(1)
  })

  test('an empty list of JSON is no damage', async () => {
    const came = await over(json([{ id: 1 }, { id: 2 }]), json([]))
    expect(came).toMatchObject({ outcome: 'miss', text: '[]', refused: [] })
  })

  test('the warning is told once, not with each hit of that version', async () => {
    await using g = await given({ ttl: '1m' })
    g.origin.script('/f', sized(100), sized(1))
    await ask(g)
    await g.clock.advance(61_000)
    expect(await ask(g)).toMatchObject({ outcome: 'miss', text: 'x' })
    for (let n = 0; n < 3; n += 1) expect(await ask(g)).toMatchObject({ outcome: 'hit', text: 'x' })
    expect(g.told('warning')).toMatchObject([{ url: g.origin.url('/f'), warning: expect.stringContaining('shrink') }])
  })
})

describe('what it is compared with', () => {
  test('the last that was accepted, not the first', async () => {
    await using g = await given(refuse)
    g.origin.script('/f', sized(1000), sized(600), sized(400), sized(250), sized(100))
    for (const size of [1000, 600, 400, 250]) expect(await ask(g)).toMatchObject({ outcome: 'miss', text: 'x'.repeat(size) })
    expect(await fallen(g)).toMatchObject({ text: 'x'.repeat(250) })
  })

  test('never with one that was refused', async () => {
    await using g = await given(refuse)
    g.origin.script('/f', sized(1000), sized(10), sized(9))
    await ask(g)
    expect(await fallen(g)).toMatchObject({ text: 'x'.repeat(1000) })
    await later(g)
    expect(await fallen(g)).toMatchObject({ text: 'x'.repeat(1000), message: expect.stringContaining('9') })
    expect(g.told('rejected')).toHaveLength(2)
  })

  test('what it has decoded, not what came over the wire', async () => {
    const { gz } = await import('../../helpers/origin/index.ts')
    await using g = await given(refuse)
    g.origin.script('/f', sized(1000), gz('y'.repeat(1000)))
    await ask(g)
    expect(await ask(g)).toMatchObject({ outcome: 'miss', text: 'y'.repeat(1000) })
  })

  test('the same variant: another language may be shorter', async () => {
    const { byRequest, ok } = await import('../../helpers/origin/index.ts')
    await using g = await given(refuse)
    const headers = { Vary: 'Accept-Language' }
    g.origin.script(
      '/f',
      byRequest(({ headers: asked }) => ok(asked['accept-language'] === 'de' ? 'x'.repeat(1000) : 'y', { headers })),
    )
    const in_ = (language: string) => seen(g.fetch(g.origin.url('/f'), { headers: { 'Accept-Language': language } }))
    expect(await in_('de')).toMatchObject({ outcome: 'miss' })
    expect(await in_('en')).toMatchObject({ outcome: 'miss', text: 'y' })
    expect(g.told('warning')).toEqual([])
  })

  test('an error page that is stored is nobody to compare with', async () => {
    const { ok } = await import('../../helpers/origin/index.ts')
    await using g = await given(refuse)
    g.origin.script(
      '/f',
      ok('no such thing '.repeat(100), { status: 404, headers: { 'Cache-Control': 'max-age=1' } }),
      text('here'),
    )
    expect(await ask(g)).toMatchObject({ status: 404 })
    await g.clock.advance(2_000)
    expect(await ask(g)).toEqual({ status: 200, text: 'here', outcome: 'miss' })
  })
})
