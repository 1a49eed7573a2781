import { describe, expect, test } from 'vitest'
import { type Init, inspect } from '../../../src/index.ts'
import { byRequest, ok } from '../../helpers/origin/index.ts'
import { codeOf, die, inspected, seen } from '../download/given.ts'
import { another, HOUR, history, places, thrownBy } from './histories.ts'

// Which version a call wants: `prefer` if there is one, `require` or nothing (B102, B108, B111, B112).
type Holdfast = Exclude<Init['holdfast'], undefined>

describe.each(places)('over %s', (_, tiers) => {
  test('require is answered from the store, whatever init.cache says, stale or not', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two', 'three')
    const [first = ''] = await g.ids()
    for (const cache of ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'] as const) {
      const answer = await g.fetch(g.url, { cache, holdfast: { require: { version: first } } })
      expect([await answer.text(), inspect(answer)?.outcome], cache).toEqual(['one', 'hit'])
    }
    expect(g.origin.hits('/f')).toBe(3)
  })

  test('what is named is looked up too, and told as any other look-up', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    const [first = ''] = await g.ids()
    const told: unknown[] = []
    g.fetch.on('lookup', ({ tier }) => told.push(tier))
    g.fetch.on('verdict', ({ verdict }) => told.push(verdict))
    const tier = inspected(await g.fetch(g.url, { holdfast: { require: { version: first } } }), 'hit').tier
    await g.fetch(g.url, { holdfast: { prefer: { version: first } } })
    await thrownBy(() => g.fetch(g.url, { holdfast: { require: { label: 'no-such' } } }))
    expect(told).toEqual([tier, 'stale', tier, 'stale', undefined, 'miss'])
  })

  test('require what is not there: VERSION_NOT_FOUND, and the network is not touched', async () => {
    await using g = await history(tiers())
    g.origin.script('/never', ok('x'))
    await g.brings('one')
    const wants: Holdfast['require'][] = [
      { version: 'x' },
      { label: 'no' },
      { pinned: true },
      { asOf: new Date(g.clock.now() - 30 * HOUR) },
    ]
    for (const require of wants) {
      for (const url of [g.url, g.origin.url('/never')]) {
        const error = await thrownBy(() => g.fetch(url, { holdfast: { require } as Holdfast }))
        expect(codeOf(error), JSON.stringify(require)).toBe('VERSION_NOT_FOUND')
        expect(error).toMatchObject({ url })
      }
    }
    expect([g.origin.hits('/f'), g.origin.hits('/never')]).toEqual([1, 0])
  })

  test('who says that the origin shall be asked, asks it, whatever is preferred', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    await g.entry.setPolicy({ prefer: { version: (await g.ids())[0] ?? '' } })
    for (const cache of ['default', 'force-cache', 'only-if-cached'] as const) {
      expect(await (await g.fetch(g.url, { cache })).text(), cache).toBe('one')
    }
    expect(g.origin.hits('/f')).toBe(2)
    for (const cache of ['no-store', 'reload', 'no-cache'] as const) {
      expect(await (await g.fetch(g.url, { cache })).text(), cache).toBe('two')
    }
    expect(g.origin.hits('/f')).toBe(5)
  })

  test('prefer what is there: a hit without a request; what is not there: as without', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two', 'three')
    const [first = '', second = ''] = await g.ids()
    await g.entry.label('good', { version: first })
    await g.entry.pin({ version: second })
    for (const [prefer, text] of [
      [{ version: second }, 'two'],
      [{ label: 'good' }, 'one'],
      [{ pinned: true }, 'two'],
      [{ asOf: new Date(g.clock.now() - 2.5 * HOUR) }, 'one'],
    ] as [Holdfast['prefer'], string][]) {
      expect(await seen(g.fetch(g.url, { holdfast: { prefer } as Holdfast }))).toMatchObject({ text, outcome: 'hit' })
    }
    expect(g.origin.hits('/f')).toBe(3)
    g.origin.script('/f', ok('four'))
    for (const prefer of [{ version: 'x' }, { label: 'no' }]) {
      expect((await seen(g.fetch(g.url, { holdfast: { prefer } }))).text).toBe('four')
    }
    expect(g.origin.hits('/f')).toBe(5)
  })

  test('both at once: require decides', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    const [first = '', second = ''] = await g.ids()
    const holdfast: Holdfast = { prefer: { version: second }, require: { version: first } }
    expect((await seen(g.fetch(g.url, { holdfast }))).text).toBe('one')
    expect(await seen(g.fetch(g.url, { holdfast: { ...holdfast, require: { label: 'no' } } }))).toEqual({
      rejected: 'VERSION_NOT_FOUND',
    })
  })

  test('a label or pin that several bear: the newest of them', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two', 'three')
    const [first = '', second = ''] = await g.ids()
    // The older one is labelled last: newest is by version, not by when the word was said.
    for (const version of [second, first]) {
      await g.entry.label('good', { version })
      await g.entry.pin({ version })
    }
    expect((await seen(g.fetch(g.url, { holdfast: { require: { label: 'good' } } }))).text).toBe('two')
    expect((await seen(g.fetch(g.url, { holdfast: { require: { pinned: true } } }))).text).toBe('two')
  })

  test('a failed version that is asked for by its id or by that very label is given: who names it, wants it', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    const { id } = await g.entry.label('failed')
    expect((await seen(g.fetch(g.url, { holdfast: { require: { version: id } } }))).text).toBe('two')
    expect((await seen(g.fetch(g.url, { holdfast: { require: { label: 'failed' } } }))).text).toBe('two')
  })

  test('the origin is gone: the same bytes each time, also offline (B108)', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    await g.entry.label('app-1.4')
    await g.brings('two')
    await die(g.origin)
    const offline = g.fetch.extend({ mode: 'offline' })
    for (const fetch of [g.fetch, offline, g.fetch]) {
      expect(await seen(fetch(g.url, { holdfast: { require: { label: 'app-1.4' } } }))).toMatchObject({
        text: 'one',
        outcome: 'hit',
      })
      expect((await seen(fetch(g.url, { holdfast: { prefer: { label: 'app-1.4' } } }))).text).toBe('one')
    }
    expect(await seen(offline(g.url, { holdfast: { require: { label: 'app-9' } } }))).toEqual({ rejected: 'VERSION_NOT_FOUND' })
  })

  test('a version of another variant is never given, whatever it is labelled', async () => {
    await using g = await history(tiers())
    g.origin.script(
      '/v',
      byRequest((request) => ok(String(request.headers.accept), { headers: { Vary: 'Accept' } })),
    )
    const [url, csv, json] = [g.origin.url('/v'), { accept: 'text/csv' }, { accept: 'application/json' }]
    for (const headers of [csv, json]) await (await g.fetch(url, { headers })).text()
    await g.fetch.entry(url, { headers: csv }).label('good')
    const require = { label: 'good' }
    expect((await seen(g.fetch(url, { headers: csv, holdfast: { require } }))).text).toBe('text/csv')
    expect(await seen(g.fetch(url, { headers: json, holdfast: { require } }))).toEqual({ rejected: 'VERSION_NOT_FOUND' })
  })
})

test('an option of the whole instance: everything that it gives bears the label', async () => {
  await using g = await history(places[0]?.[1]() ?? [])
  await g.brings('one')
  await g.entry.label('app-1.4')
  await g.brings('two')
  const pinnedDown = g.fetch.extend({ require: { label: 'app-1.4' } })
  expect((await seen(pinnedDown(g.url))).text).toBe('one')
  const elsewhere = another(g, places[0]?.[1]() ?? [], { require: { label: 'app-1.4' } })
  expect(await seen(elsewhere(g.url))).toEqual({ rejected: 'VERSION_NOT_FOUND' })
  expect(g.origin.hits('/f')).toBe(2)
})

test('require, and a method that nothing stored answers: nothing is sent all the same', async () => {
  await using g = await history([])
  for (const method of ['POST', 'DELETE']) {
    const error = await thrownBy(() => g.fetch(g.url, { method, holdfast: { require: { pinned: true } } }))
    expect(codeOf(error), method).toBe('VERSION_NOT_FOUND')
  }
  expect(g.origin.hits('/f')).toBe(0)
})
