import { describe, expect, test } from 'vitest'
import { fingerprint, readSuite } from '../../scripts/conformance/suite.ts'

const area = (...tests: object[]) => [{ id: 'area', name: 'Area', tests }]
const sound = { id: 'one', name: 'One', requests: [{}] }

describe('an export', () => {
  test('each test has its area, its kind and its profile', () => {
    const tests = readSuite(
      area(
        sound,
        { ...sound, id: 'two', kind: 'optimal', browser_only: true, depends_on: ['one'] },
        { ...sound, id: 'three', kind: 'check', browser_skip: true },
        { ...sound, id: 'four', cdn_only: true },
      ),
    )
    expect(tests.map(({ id, kind, profile, dependsOn }) => [id, kind, profile, dependsOn])).toEqual([
      ['one', 'required', 'browser', []],
      ['two', 'optimal', 'browser', ['one']],
      ['three', 'check', 'skipped by browsers', []],
      ['four', 'required', 'cdn', []],
    ])
    expect(tests[0]?.area).toBe('area')
  })

  test.each([
    ['an unknown member of a test', { ...sound, retries: 3 }, 'the test has an unknown member: retries'],
    [
      'an unknown member of a request',
      { ...sound, requests: [{}, { pause_before: true }] },
      'the test.requests[1] has an unknown member: pause_before',
    ],
    [
      'a member of every object',
      { ...sound, requests: [{ toString: 'x' }] },
      'the test.requests[0] has an unknown member: toString',
    ],
    [
      'a type that is none',
      { ...sound, requests: [{ expected_type: 'stale' }] },
      'the test.requests[0].expected_type is not one of cached, not_cached, lm_validated, etag_validated: "stale"',
    ],
    [
      'a comparison that is none',
      { ...sound, requests: [{ expected_response_headers: [['A', '<', 2]] }] },
      'the test.requests[0].expected_response_headers[0] is not an expected field: ["A","<",2]',
    ],
    [
      'a field without a value',
      { ...sound, requests: [{ request_headers: [['A']] }] },
      'the test.requests[0].request_headers[0] has 1 items, not 2',
    ],
    ['a word for a boolean', { ...sound, requests: [{ setup: 'yes' }] }, 'the test.requests[0].setup is not a boolean: "yes"'],
    [
      'a status beyond all',
      { ...sound, requests: [{ response_status: [600, 'Six'] }] },
      'the test.requests[0].response_status is not a status with its phrase: [600,"Six"]',
    ],
    ['a kind that is none', { ...sound, kind: 'nice' }, 'the test.kind is not one of required, optimal, check: "nice"'],
    ['nothing to ask', { ...sound, requests: [] }, 'the test has no requests'],
    ['no name', { id: 'one', requests: [{}] }, 'the test has no name'],
    ['a word for a list', { ...sound, requests: 'all' }, 'the test.requests is not a list: "all"'],
    ['a word for a request', { ...sound, requests: ['GET'] }, 'the test.requests[0] is not an object'],
  ])('a definition with %s has a fault', (_name, test, fault) => {
    expect(readSuite(area(test))).toMatchObject([{ id: 'one', fault }])
  })

  test('what is not an export is refused as a whole', () => {
    expect(() => readSuite({ tests: [] })).toThrow('the export is not a list')
    expect(() => readSuite([{ id: 'area', name: 'Area', tests: [], version: 2 }])).toThrow(
      'the export[0] has an unknown member: version',
    )
    expect(() => readSuite(area({ name: 'One', requests: [{}] }))).toThrow('a test of area has no id')
    expect(() => readSuite(area(sound, sound))).toThrow('two tests of the export are called one')
  })

  test('the fingerprint is that of the tests, in any order', () => {
    const [one, two] = [readSuite(area(sound, { ...sound, id: 'two' })), readSuite(area({ ...sound, id: 'two' }, sound))]
    expect(fingerprint(one)).toBe(fingerprint(two))
    expect(fingerprint(one)).not.toBe(fingerprint(readSuite(area(sound))))
  })
})
