import { describe, expect, test } from 'vitest'
import { type Origin, ok, redirect, startOrigin } from '../../helpers/origin/index.ts'
import { given } from '../download/given.ts'

// What servers are told of the page that asks: as the platform's own fetch has it, at each hop.
const POLICIES = [
  '',
  'no-referrer',
  'no-referrer-when-downgrade',
  'origin',
  'origin-when-cross-origin',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
] as const

/** Where undici (7.29, in Node 24) takes a page's own origin for another; the standard does not. */
const SLIPS = new Map([
  ['own origin-when-cross-origin', ['origin/page?q=1', 'origin/', 'origin/']],
  ['own same-origin', ['origin/page?q=1', undefined, undefined]],
])

interface Two extends AsyncDisposable {
  readonly origin: Origin
  readonly other: Origin
  /** The Referer of each request so far. */
  told(): (string | undefined)[]
}

/** `/f` leads to another origin, and from there back. */
async function two(origin: Origin): Promise<Two> {
  const other = await startOrigin()
  origin.script('/f', redirect(other.url('/g')))
  other.script('/g', redirect(origin.url('/h')))
  origin.script('/h', ok('fine', { headers: { 'Cache-Control': 'max-age=60' } }))
  const all = () => [...origin.requests('/f'), ...other.requests('/g'), ...origin.requests('/h')]
  return {
    origin,
    other,
    told: () => all().map(({ headers }) => headers.referer),
    [Symbol.asyncDispose]: () => other[Symbol.asyncDispose](),
  }
}

describe.each(['own', 'http://else.example/page?q=1', 'https://user:pass@else.example/page?q=1#part'])('a page of %s', (page) => {
  test.each(POLICIES)("policy '%s'", async (referrerPolicy) => {
    await using theirs = await given()
    await using platform = await two(theirs.origin)
    await using ours = await given()
    await using holdfast = await two(ours.origin)
    const referrer = ({ origin }: Two): string => (page === 'own' ? origin.url('/page?q=1') : page)
    await fetch(theirs.origin.url('/f'), { referrer: referrer(platform), referrerPolicy })
    await ours.fetch(ours.origin.url('/f'), { referrer: referrer(holdfast), referrerPolicy })
    const named = ({ told, origin, other }: Two) =>
      told().map((said) => said?.replace(origin.url('/'), 'origin/').replace(other.url('/'), 'other/'))
    const asStandard = SLIPS.get(`${page} ${referrerPolicy}`)
    expect(named(holdfast)).toEqual(asStandard ?? named(platform))
  })
})

test('a Request tells it too; a header of the caller stands, also across a redirect, and one of the instance does not', async () => {
  await using g = await given({ headers: { Referer: 'http://instance.example/' } })
  await using at = await two(g.origin)
  const referrer = 'http://page.example/p'
  await g.fetch(new Request(g.origin.url('/f'), { referrer, referrerPolicy: 'unsafe-url' }))
  await g.fetch(g.origin.url('/f'), { referrer, headers: { Referer: 'http://own.example/' }, cache: 'reload' })
  await g.fetch(g.origin.url('/f'), { cache: 'reload' })
  const [first, own, instance] = [referrer, 'http://own.example/', 'http://instance.example/']
  expect(at.told()).toEqual([first, own, instance, first, own, instance, first, own, instance])
})

test('answers that vary by it are kept apart', async () => {
  await using g = await given({ ttl: '1h' })
  g.origin.script('/v', (exchange) => ok(String(exchange.hit), { headers: { Vary: 'Referer' } })(exchange))
  const asked = async (referrer: string) => (await g.fetch(g.origin.url('/v'), { referrer })).text()
  const [a, b] = ['http://a.example/', 'http://b.example/']
  expect([await asked(a), await asked(b), await asked(a), await asked(b)]).toEqual(['1', '2', '1', '2'])
})
