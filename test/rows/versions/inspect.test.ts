import { describe, expect, test } from 'vitest'
import { type Inspection, inspect, type VersionInfo } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { seen } from '../download/given.ts'
import { history, places } from './histories.ts'

// A response in hand knows what came before it and, when it is asked again, what has come since (B51, B41).
function versionOf(response: Response): VersionInfo {
  const found = inspect(response) as Inspection | undefined
  if (found === undefined || !('version' in found)) throw new Error(`there is no version in ${JSON.stringify(found)}`)
  return found.version
}

describe.each(places)('over %s', (_, tiers) => {
  test('an update is there: asked again, the response of the old version tells its next', async () => {
    await using g = await history(tiers())
    g.origin.script('/f', ok('one'))
    const held = await g.fetch(g.url)
    expect([versionOf(held).previous, versionOf(held).next]).toEqual([undefined, undefined])
    g.origin.script('/f', ok('two'))
    const newer = await g.fetch(g.url)
    expect(versionOf(held).next).toBe(versionOf(newer).id)
    expect(versionOf(newer).previous).toBe(versionOf(held).id)
    expect(versionOf(held).id).not.toBe(versionOf(newer).id)
    expect(await held.text()).toBe('one')
    await g.atOnce('three')
    expect(versionOf(held).next).toBe(versionOf(newer).id)
    expect(versionOf(newer).next).toBe((await g.ids())[2])
  })

  test('found unchanged: there is no next', async () => {
    await using g = await history(tiers())
    g.origin.script('/f', ok('one'))
    const held = await g.fetch(g.url)
    for (let n = 0; n < 3; n += 1) await seen(g.fetch(g.url))
    expect(versionOf(held).next).toBeUndefined()
  })

  test('what it came to stays as it was: outcome, digest, size, times of storing', async () => {
    await using g = await history(tiers())
    g.origin.script('/f', ok('one'))
    const held = await g.fetch(g.url)
    const { next: _next, labels: _labels, pinned: _pinned, ...before } = versionOf(held)
    await g.brings('two')
    await g.entry.label('good')
    const { next: _later, labels: _now, pinned: _held, ...after } = versionOf(held)
    expect(after).toEqual(before)
    expect(inspect(held)).toMatchObject({ outcome: 'miss' })
  })

  test('what is between is collected: next and previous go over the gap', async () => {
    await using g = await history(tiers(), { versions: { keep: 1 } })
    g.origin.script('/f', ok('one'))
    const held = await g.fetch(g.url)
    await g.entry.pin()
    await g.atOnce('two', 'three')
    await held.text()
    await g.fetch.cache.sweep()
    const [first, third] = await g.ids()
    expect(versionOf(await g.fetch(g.url, { cache: 'force-cache' }))).toMatchObject({ id: third, previous: first })
    expect(versionOf(held).next).toBe(third)
  })

  test('the chain is that of its own variant', async () => {
    await using g = await history(tiers())
    const call = async (accept: string, body: string): Promise<Response> => {
      g.origin.script('/f', ok(body, { headers: { Vary: 'Accept' } }))
      return g.fetch(g.url, { headers: { accept } })
    }
    const csv = await call('text/csv', 'a,b')
    const json = await call('application/json', '{}')
    expect(versionOf(json).previous).toBeUndefined()
    expect(versionOf(csv).next).toBeUndefined()
    const later = await call('text/csv', 'a,b,c')
    expect([versionOf(later).previous, versionOf(csv).next]).toEqual([versionOf(csv).id, versionOf(later).id])
  })
})
