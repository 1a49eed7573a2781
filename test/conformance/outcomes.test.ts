import { describe, expect, test } from 'vitest'
import type { Kind, SuiteTest } from '../../scripts/conformance/definition.ts'
import { compare, type Floor } from '../../scripts/conformance/floor.ts'
import { type Judged, type Outcome, settle } from '../../scripts/conformance/outcome.ts'
import { report } from '../../scripts/conformance/report.ts'
import { byArea, byProfile } from '../../scripts/conformance/tally.ts'

const aTest = (id: string, kind: Kind = 'required', dependsOn: string[] = []): SuiteTest => ({
  id,
  area: id.slice(0, 1),
  kind,
  profile: id.endsWith('s') ? 'skipped by browsers' : 'browser',
  dependsOn,
  requests: [{}],
})

function settled(...rows: [SuiteTest, Judged['name']][]): Outcome[] {
  const verdicts = new Map(rows.map(([{ id }, name]) => [id, name === 'held' ? { name } : { name, reason: `${id} is wrong` }]))
  return settle(
    rows.map(([each]) => each),
    verdicts,
  )
}

describe('outcomes', () => {
  test.each<[Kind, Judged['name'], Outcome['name']]>([
    ['required', 'held', 'pass'],
    ['required', 'not held', 'fail'],
    ['optimal', 'held', 'pass'],
    ['optimal', 'not held', 'fail'],
    ['check', 'held', 'yes'],
    ['check', 'not held', 'no'],
    ['check', 'setup failed', 'setup failed'],
    ['optimal', 'harness error', 'harness error'],
  ])('%s, %s: %s', (kind, verdict, name) => {
    expect(settled([aTest('a', kind), verdict])).toMatchObject([{ name }])
  })

  test('what builds on a test that did not pass says nothing, and so on', () => {
    const outcomes = settled(
      [aTest('c', 'required', ['b']), 'held'],
      [aTest('b', 'required', ['a']), 'held'],
      [aTest('a', 'check'), 'not held'],
      [aTest('d', 'required', ['unknown']), 'held'],
    )
    expect(outcomes.map(({ name, reason }) => [name, reason])).toEqual([
      ['dependency failed', 'needs b'],
      ['dependency failed', 'needs a'],
      ['no', 'a is wrong'],
      ['pass', undefined],
    ])
  })

  test('tests that need each other are settled', () => {
    expect(
      settled([aTest('a', 'required', ['b']), 'held'], [aTest('b', 'required', ['a']), 'held']).map(({ name }) => name),
    ).toEqual(['pass', 'pass'])
  })
})

const outcomes = settled(
  [aTest('a'), 'held'],
  [aTest('as'), 'not held'],
  [aTest('b', 'optimal'), 'held'],
  [aTest('c', 'check'), 'held'],
  [aTest('d', 'check'), 'not held'],
)

test('the counts, by area and by profile', () => {
  expect(byArea(outcomes).get('a')).toEqual({
    required: { passed: 1, of: 2 },
    optimal: { passed: 0, of: 0 },
    check: { passed: 0, of: 0 },
  })
  expect(byProfile(outcomes).get('browser')).toEqual({
    required: { passed: 1, of: 1 },
    optimal: { passed: 1, of: 1 },
    check: { passed: 1, of: 2 },
  })
  expect(byProfile(outcomes).get('skipped by browsers')?.required).toEqual({ passed: 0, of: 1 })
  expect(byProfile(outcomes).get('all')?.required).toEqual({ passed: 1, of: 2 })
})

test('the report names what failed, with its log where it is wanted, and the answers', () => {
  const told = report(outcomes, new Map([['as', ['  1 > GET /']]]))
  expect(told).toMatch(/^all +1\/2 +1\/1 +1 yes of 2$/m)
  expect(told).toContain('fail              as (a, required): as is wrong\n  1 > GET /\n')
  expect(told).toMatch(/^yes: c\nno: d$/m)
  expect(report(outcomes)).not.toContain('GET')
})

describe('the floor', () => {
  const floor: Floor = {
    export: 'these',
    passed: {
      browser: { required: 1, optimal: 1 },
      'skipped by browsers': { required: 0, optimal: 0 },
      all: { required: 1, optimal: 1 },
    },
    share: { required: 0.5, optimal: 0.9 },
    known: { as: 'fetch has no way to say it' },
  }
  const compared = (changes: Partial<Floor>, print = 'these', seen = outcomes) =>
    compare({ ...floor, ...changes }, { outcomes: seen, profiles: byProfile(seen), fingerprint: print })

  test('a run that is as it was recorded', () => {
    expect(compared({})).toEqual({ below: [], told: [] })
  })

  test('fewer pass than recorded', () => {
    const passed = { ...floor.passed, all: { required: 2, optimal: 1 } }
    expect(compared({ passed })).toEqual({ below: ['all, required: 1 pass, the floor is 2'], told: [] })
  })

  test('one fails that is not known to', () => {
    expect(compared({ known: {} }).below).toEqual(['unexpected failure: as'])
  })

  test('one passes that is known to fail', () => {
    expect(compared({ known: { ...floor.known, a: 'no time' } })).toEqual({
      below: [],
      told: ["unexpected pass: a; take it from the floor's list"],
    })
  })

  test('the engine itself failed', () => {
    expect(compared({}, 'these', [...outcomes, ...settled([aTest('z', 'check'), 'harness error'])]).below).toEqual([
      'harness error: z',
    ])
  })

  test('of another export, the share that passes is compared', () => {
    expect(compared({ known: {} }, 'others')).toMatchObject({
      below: [],
      told: [/another export/, 'unexpected failure: as'].map((each) => expect.stringMatching(each)),
    })
    expect(compared({ share: { required: 0.51, optimal: 1 } }, 'others').below).toEqual([])
    expect(compared({ share: { required: 1, optimal: 1 } }, 'others').below).toEqual([
      'required: 1 of 2 pass, the floor is a share of 1',
    ])
  })
})
