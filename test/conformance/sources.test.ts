import { describe, expect, test } from 'vitest'
import { memory } from '../../adapters/stores/memory.ts'
import type { RequestDefinition } from '../../scripts/conformance/definition.ts'
import type { Subject } from '../../scripts/conformance/engine.ts'
import { createCachedFetch } from '../../src/index.ts'
import { DATED, FRESH, judges, type Row, verdictOn } from './judged.kit.ts'
import { alwaysValidates, neverAsksAgain, nothingStored, sendsTwice } from './stand-ins.ts'

const LABELLED: RequestDefinition = { response_headers: [['ETag', '"1"']], setup: true }

const TYPES: readonly Row[] = [
  ['an answer out of the cache is cached', neverAsksAgain, [FRESH, { expected_type: 'cached' }], 'held'],
  ['an answer of the origin is not', nothingStored, [FRESH, { expected_type: 'cached' }], 'not held', /^answer 2 does not come/],
  ['an answer of the origin is not_cached', nothingStored, [FRESH, { expected_type: 'not_cached' }], 'held'],
  [
    'one out of the cache is',
    neverAsksAgain,
    [FRESH, { expected_type: 'not_cached' }],
    'not held',
    /^answer 2 comes from the cache/,
  ],
  [
    'what the cache gave in between is not counted',
    () => {
      const [stores, asks] = [neverAsksAgain(), nothingStored()]
      return (url, init) => (new Headers(init.headers).get('Req-Num') === '3' ? asks : stores)(url, init)
    },
    [FRESH, { expected_type: 'cached' }, { expected_type: 'not_cached' }],
    'held',
  ],
  ['an ETag is validated', alwaysValidates, [LABELLED, { expected_type: 'etag_validated' }], 'held'],
  ['a date is validated', alwaysValidates, [DATED, { expected_type: 'lm_validated' }], 'held'],
  [
    'a validation by date is not one by ETag',
    alwaysValidates,
    [DATED, { expected_type: 'etag_validated' }],
    'not held',
    /no if-none-match/,
  ],
  ['a cache that does not validate', nothingStored, [LABELLED, { expected_type: 'etag_validated' }], 'not held', /conditional/],
  ['a request that came twice', sendsTwice, [{}], 'setup failed', /sent again: 1 1/],
  [
    'the setup may be wrong',
    nothingStored,
    [FRESH, { expected_type: 'cached', setup_tests: ['expected_type'] }],
    'setup failed',
    /^answer 2/,
  ],
]

describe('where an answer comes from', () => {
  judges(TYPES)
})

/** A store that is right in all this. */
function holdfast(): Subject {
  const fetch = createCachedFetch({ tiers: [memory()], respect: 'standard', retry: false })
  return { fetch, [Symbol.asyncDispose]: () => fetch.close() }
}

test('holdfast: what may be stored is cached, and what must not be stored is not', async () => {
  const again = (directive: string) =>
    verdictOn([{ response_headers: [['Cache-Control', directive]] }, { expected_type: 'cached' }], holdfast)
  expect(await again('max-age=60')).toMatchObject({ name: 'held' })
  expect(await again('no-store')).toMatchObject({ name: 'not held', reason: 'answer 2 does not come from the cache' })
})
