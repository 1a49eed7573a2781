import { DAY, HOUR, MINUTE, NOON, SECOND } from '../given.ts'
import { fc } from '../property.ts'
import type { Answered, Asked, Case, Directive, Moment } from './case.ts'

const often = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: usual, weight: 6 }, { arbitrary: odd, weight: 1 })

const numbers = often(
  fc.constantFrom('0', '1', '10', '59', '60', '61', '007', '3600', '86400'),
  fc.constantFrom('', 'x', '60abc', '1.5', '-5', '2147483648', '99999999999'),
)
const spelling = often(fc.constant({}), fc.constantFrom({ spelling: 'upper' as const }, { spelling: 'quoted' as const }))
const named = (...names: readonly string[]): fc.Arbitrary<Directive> =>
  fc.tuple(fc.constantFrom(...names), spelling).map(([name, how]) => ({ name, ...how }))
const numbered = (...names: readonly string[]): fc.Arbitrary<Directive> =>
  fc.tuple(fc.constantFrom(...names), numbers, spelling).map(([name, value, how]) => ({ name, value, ...how }))

const ofResponse: fc.Arbitrary<Directive> = fc.oneof(
  { arbitrary: numbered('max-age'), weight: 4 },
  { arbitrary: numbered('stale-while-revalidate', 'stale-if-error'), weight: 4 },
  { arbitrary: named('public', 'private', 'must-revalidate', 'must-understand', 'immutable'), weight: 2 },
  { arbitrary: named('no-store', 'no-cache', 's-maxage', 'max-age', 'proxy-revalidate', 'ext'), weight: 1 },
  {
    arbitrary: fc.constantFrom<Directive>(
      { name: 'no-cache', value: 'x-a' },
      { name: 'no-cache', value: 'x a', spelling: 'quoted' },
      { name: 'no-store', value: '' },
      { name: 's-maxage', value: '7' },
      { name: 'ext', value: 'a, no-store, max-age=7, b', spelling: 'quoted' },
    ),
    weight: 1,
  },
)

const ofRequest: fc.Arbitrary<Directive> = fc.oneof(
  { arbitrary: numbered('max-age', 'min-fresh', 'max-stale', 'stale-if-error'), weight: 3 },
  { arbitrary: named('no-cache', 'no-store', 'only-if-cached', 'max-stale', 'ext'), weight: 1 },
)

const some = (directive: fc.Arbitrary<Directive>, maxLength = 3): fc.Arbitrary<readonly Directive[]> =>
  fc.array(directive, { maxLength })

const form = often<Moment['form']>(fc.constant('fixdate'), fc.constantFrom('rfc850', 'asctime', 'zone', 'iso', 'word', 'nothing'))
const moment = (...from: readonly number[]): fc.Arbitrary<Moment> =>
  fc.record({ at: fc.constantFrom(...from).map((span) => NOON + span), form })
const sentAt = moment(0, 0, 0, 0, -SECOND, -30 * SECOND, MINUTE, -HOUR, -DAY)
const anyTime = moment(-365 * DAY, -DAY, -HOUR, -MINUTE, 0, MINUTE, HOUR, DAY)

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 2 })
const usually = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => often<T | undefined>(value, fc.constant(undefined))
const seldom = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 3 }, { arbitrary: value, weight: 1 })

/** Without the members that are undefined. */
const present = <T>(members: Readonly<Record<string, T | undefined>>): Record<string, T> =>
  Object.fromEntries(Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))

const tags = often(fc.constantFrom('"1"', 'W/"1"', '"2"', 'W/"2"'), fc.constantFrom('abc', '*', '"a b"'))

const asked = (methods: fc.Arbitrary<string>, directives: fc.Arbitrary<readonly Directive[]>): fc.Arbitrary<Asked> =>
  fc.record({
    method: methods,
    directives,
    dates: fc.constant({}),
    fields: fc
      .record({
        a: maybe(fc.constantFrom('1', '2')),
        'accept-language': maybe(fc.constantFrom('en, fr', 'fr,en', 'EN ,fr;q=1.0', 'de')),
        authorization: seldom(fc.constantFrom('Basic YQ==', 'Basic Yg==')),
        pragma: seldom(fc.constant('no-cache')),
      })
      .map(present<string>),
  })

const answered: fc.Arbitrary<Answered> = fc.record({
  status: often(
    fc.constantFrom(200, 200, 200, 203, 204, 300, 301, 302, 303, 307, 308, 404, 405, 410, 414, 501),
    fc.constantFrom(201, 206, 299, 400, 403, 429, 451, 500, 503),
  ),
  directives: some(ofResponse),
  dates: fc.record({ date: usually(sentAt), expires: maybe(anyTime), 'last-modified': maybe(anyTime) }).map(present<Moment>),
  fields: fc
    .record({
      age: seldom(often(fc.constantFrom('0', '30', '3600'), fc.constantFrom('-5', '1.5', '5, 6', 'abc', '99999999999'))),
      etag: maybe(tags),
      vary: seldom(
        often(fc.constantFrom('a', 'accept-language', 'A , accept-language', 'Authorization'), fc.constantFrom('*', 'a, *')),
      ),
      pragma: seldom(fc.constant('no-cache')),
      connection: seldom(fc.constantFrom('close', 'x-a', 'etag, X-A')),
      'content-location': seldom(fc.constantFrom('/data', '/other')),
      'proxy-connection': seldom(fc.constant('close')),
      'x-a': maybe(fc.constantFrom('1', '2')),
      'content-type': maybe(fc.constantFrom('text/plain', 'text/csv')),
    })
    .map(present<string>),
})

const reply: fc.Arbitrary<Answered> = fc.record({
  status: fc.constant(304),
  directives: some(fc.constantFrom<Directive>({ name: 'max-age', value: '7' }, { name: 'public' })),
  dates: fc.record({ 'last-modified': maybe(anyTime), expires: seldom(anyTime) }).map(present<Moment>),
  fields: fc
    .record({
      etag: maybe(tags),
      'content-type': seldom(fc.constant('text/html')),
      'content-length': seldom(fc.constant('0')),
      'x-b': seldom(fc.constant('1')),
    })
    .map(present<string>),
})

const spans = fc.constantFrom(0, 0, 1, 29, 30, 31, 59, 60, 61, 600, 3600, 86_400 * 40).map((count) => count * SECOND)

export const cases: fc.Arbitrary<Case> = fc.record({
  first: asked(
    often(fc.constant('GET'), fc.constantFrom('POST', 'HEAD', 'PUT')),
    some(fc.constant({ name: 'no-store' })).map((all) => all.slice(2)),
  ),
  answer: answered,
  delay: often(fc.constant(0), fc.constantFrom(SECOND, MINUTE)),
  elapsed: often(spans, fc.constantFrom(-SECOND, -HOUR)),
  second: often(
    asked(often(fc.constant('GET'), fc.constantFrom('POST', 'HEAD')), some(ofRequest, 2)),
    fc
      .constantFrom('if-match', 'if-unmodified-since')
      .map((name) => ({ method: 'GET', directives: [], dates: {}, fields: { [name]: '"1"' } })),
  ),
  reply,
})
