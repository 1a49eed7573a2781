import { describe, expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { closeDelimited, ok, type Step, status } from '../../helpers/origin/index.ts'
import { given, inspected, seen } from './given.ts'

// T04, T20: what nobody can prove to be whole takes the place of nothing that was.
const body = pseudoRandom(100_000)

describe('where a proven version is stored', () => {
  test.each<[string, Step]>([
    ['half of it', closeDelimited(body, { cutAt: '50%' })],
    ['other bytes', closeDelimited('other bytes')],
    ['nothing', closeDelimited('')],
  ])('%s does not displace it: the caller has the proven one, and why', async (_, step) => {
    await using g = await given()
    g.origin.script('/f', ok(body), step)
    await g.fetch(g.origin.url('/f'))
    await g.clock.advance(1_000)
    const response = await g.fetch(g.origin.url('/f'))
    expect(sha256(await response.bytes())).toBe(sha256(body))
    expect(inspected(response, 'fallback').error).toMatchObject({ code: 'UNPROVEN', url: g.origin.url('/f') })
    const stored = await g.fetch(g.origin.url('/f'), { cache: 'force-cache' })
    expect(sha256(await stored.bytes())).toBe(sha256(body))
  })

  test('the same bytes without a proof renew it, and it stays proven', async () => {
    await using g = await given({ ttl: '10s' })
    g.origin.script('/f', ok(body), closeDelimited(body))
    await g.fetch(g.origin.url('/f'))
    await g.clock.advance(11_000)
    expect(inspected(await g.fetch(g.origin.url('/f')), 'revalidated').version.proven).toBe(true)
  })

  test('when the origin then dies, the proven one is what is left', async () => {
    await using g = await given({ retry: false, fallback: { cooldown: 0 } })
    g.origin.script('/f', ok('proven'), closeDelimited('not proven'), status(503))
    for (let n = 0; n < 2; n += 1) await g.fetch(g.origin.url('/f'))
    await g.clock.advance(1_000)
    expect(await seen(g.fetch(g.origin.url('/f')))).toEqual({ status: 200, text: 'proven', outcome: 'fallback' })
  })
})
