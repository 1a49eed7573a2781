import { describe, expect, test } from 'vitest'
import { inOrder, ok, type Step, status } from '../../helpers/origin/index.ts'
import { bench, die } from '../door/kit.ts'
import { ask, DAY, dateBefore, dated, fill, withControl } from './given.ts'
import { type Difference, MINUTE, outcome, stale, stocked, thenDown, wait, yearOld } from './respects.ts'

const posted: Step = withControl('posted', 'max-age=60', { headers: { 'Content-Location': '/r' } })

/** Every row of design.md, section 6, in which the two differ. What follows from the RFC: see the clause. */
const DIFFERENCES: [string, Difference][] = [
  [
    'must-revalidate, dead origin (9111, 5.2.2.2)',
    {
      script: () => stale('max-age=60, must-revalidate'),
      given: wait(2 * MINUTE, 'dead'),
      standard: 'CONNECT',
      resilient: 'fallback a',
    },
  ],
  [
    'must-revalidate, 503',
    {
      script: () => thenDown('max-age=60, must-revalidate'),
      given: wait(2 * MINUTE),
      standard: 'miss down',
      resilient: 'fallback a',
    },
  ],
  [
    'no-cache, dead origin (5.2.2.4)',
    { script: () => stale('no-cache'), given: wait(1, 'dead'), standard: 'CONNECT', resilient: 'fallback a' },
  ],
  ['no-cache, 503', { script: () => thenDown('no-cache'), given: wait(1), standard: 'miss down', resilient: 'fallback a' }],
  [
    'Cache-Control: no-cache of the caller, dead origin (5.2.1.4)',
    {
      script: () => stale('max-age=60'),
      given: wait(1, 'dead'),
      call: { headers: { 'Cache-Control': 'no-cache' } },
      standard: 'CONNECT',
      resilient: 'fallback a',
    },
  ],
  [
    'heuristic: a year old, after 11 minutes (4.2.2)',
    { script: () => yearOld, given: wait(11 * MINUTE), standard: 'hit a', resilient: 'revalidated a' },
  ],
  [
    'heuristic: a year old, after 30 days',
    { script: () => yearOld, given: wait(30 * DAY), standard: 'hit a', resilient: 'revalidated a' },
  ],
  [
    'Set-Cookie from the store (7.3)',
    {
      script: () => withControl('a', 'max-age=60', { headers: { 'Set-Cookie': 'id=1' } }),
      given: stocked,
      standard: 'hit a id=1',
      resilient: 'hit a',
    },
  ],
  [
    'a POST’s answer for a later GET (9110, 9.3.3)',
    {
      script: () => posted,
      given: async (b) => void (await ask(b, { method: 'POST', body: 'x' })),
      standard: 'hit posted',
      resilient: 'miss posted',
    },
  ],
  [
    'what a write made invalid, dead origin (4.4)',
    {
      script: () => stale('max-age=600'),
      given: async (b) => {
        await fill(b)
        await b.clock.advance(1)
        await ask(b, { method: 'POST' })
        await die(b.origin)
      },
      standard: 'CONNECT',
      resilient: 'fallback a',
    },
  ],
  [
    'Vary: *, dead origin (4.1)',
    {
      script: () => withControl('a', 'max-age=60', { headers: { Vary: '*' } }),
      given: wait(1, 'dead'),
      standard: 'CONNECT',
      resilient: 'fallback a',
    },
  ],
]

/** Rows in which one might expect a difference. */
const ALIKE: [string, Omit<Difference, 'standard' | 'resilient'> & { both: string }][] = [
  ['fresh', { script: () => stale('max-age=60'), given: wait(59_000), both: 'hit a' }],
  [
    'stale, 404',
    {
      script: () => inOrder(stale('max-age=60'), status(404, { 'Cache-Control': 'no-store' }, 'gone')),
      given: wait(2 * MINUTE),
      both: 'bypass gone',
    },
  ],
  [
    'stale without a stronger word, dead origin (4.2.4)',
    { script: () => stale('max-age=60'), given: wait(2 * MINUTE, 'dead'), both: 'fallback a' },
  ],
  ['heuristic: a year old, after 9 minutes', { script: () => yearOld, given: wait(9 * MINUTE), both: 'hit a' }],
  [
    'heuristic: an hour old, after 7 minutes',
    {
      script: () => dated('a', (now) => ({ 'Last-Modified': dateBefore(now, 60 * MINUTE) })),
      given: wait(7 * MINUTE),
      both: 'revalidated a',
    },
  ],
  ['no-store', { script: () => withControl('a', 'no-store'), given: stocked, both: 'bypass a' }],
  [
    'stale-while-revalidate of the origin',
    { script: () => stale('max-age=60, stale-while-revalidate=60'), given: wait(70_000), both: 'stale a' },
  ],
  ['private', { script: () => withControl('a', 'private, max-age=60'), given: stocked, both: 'hit a' }],
  [
    'Expires in the past, Cache-Control max-age',
    { script: () => withControl('a', 'max-age=60', { headers: { Expires: '0' } }), given: stocked, both: 'hit a' },
  ],
  ['no word on freshness', { script: () => ok('a'), given: stocked, both: 'revalidated a' }],
]

describe('where resilient differs from standard (design.md, section 6)', () => {
  test.each(DIFFERENCES)('%s', async (_, difference) => {
    const { standard, resilient } = difference
    expect(standard).not.toBe(resilient)
    expect([await outcome('standard', difference), await outcome('resilient', difference)]).toEqual([standard, resilient])
  })

  test('resilient is what one gets without a word', async () => {
    await using b = await bench({ '/r': stale('max-age=60, must-revalidate') })
    await wait(2 * MINUTE, 'dead')(b)
    expect((await ask(b)).outcome).toBe('fallback')
  })

  test('a rule chooses for some addresses', async () => {
    const step = stale('max-age=60, must-revalidate')
    await using b = await bench({ '/r': step, '/s': step }, { rules: [{ match: '/s', respect: 'standard' }] })
    await fill(b)
    await fill(b, {}, '/s')
    await b.clock.advance(2 * MINUTE)
    await die(b.origin)
    expect((await ask(b)).outcome).toBe('fallback')
    await expect(fill(b, {}, '/s')).rejects.toMatchObject({ code: 'CONNECT' })
  })

  test('each such answer says so', async () => {
    await using b = await bench({ '/r': stale('max-age=60, must-revalidate') })
    await wait(2 * MINUTE, 'dead')(b)
    const told = await ask(b)
    expect(told.says).toMatchObject({ fwd: 'stale', ttl: -60, detail: expect.any(String) })
  })
})

describe('and where it does not', () => {
  test.each(ALIKE)('%s', async (_, row) => {
    expect([await outcome('standard', row), await outcome('resilient', row)]).toEqual([row.both, row.both])
  })
})
