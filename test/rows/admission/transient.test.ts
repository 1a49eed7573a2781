import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import { type Init, inspect, type Options } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { type Fields, ok } from '../../helpers/origin/index.ts'
import { codeOf, given } from '../download/given.ts'
import { ask, later } from './judging.ts'

const MIB = 1024 * 1024
const sizes: [string, number][] = [
  ['a small body', 2_000],
  ['a body of 3 MB', 3 * MIB],
  ['a body of 10 MB', 10 * MIB],
]

/** What keeps an answer out of every store. */
const reasons: [string, Fields, Options, Init][] = [
  ['Cache-Control: no-store', { 'Cache-Control': 'no-store' }, {}, {}],
  ["cache: 'no-store'", {}, {}, { cache: 'no-store' }],
  ['a body beyond maxEntryBytes', {}, { maxEntryBytes: '1KB' }, {}],
  ['Vary: *', { Vary: '*' }, {}, {}],
]

/** The end of an answer: its error's code, or the digest of all that came. */
async function endOf(call: Promise<Response>): Promise<string> {
  try {
    return sha256(await (await call).bytes())
  } catch (error) {
    return codeOf(error)
  }
}

const UNJUDGED = 'it is said that it was not judged'

/** A body that no store and no memory may hold cannot be shown to a check; that must be said, then. */
async function judged(call: Promise<Response>): Promise<string> {
  const response = await call.catch(codeOf)
  if (typeof response === 'string') return response
  const said = inspect(response)?.warnings.some((warning) => /check|judged/.test(warning))
  const end = await endOf(Promise.resolve(response))
  return said ? UNJUDGED : end
}

const boom = (): never => {
  throw new Error('no')
}

describe.each(reasons)('what is not stored is judged as what is; %s', (_, headers, options, init) => {
  test.each(sizes)('%s that a check refuses', async (_size, size) => {
    await using g = await given({ ...options, retry: false, check: (response) => response.bytes().then(boom) })
    g.origin.script('/f', ok(pseudoRandom(size), { headers }))
    const ends = size > 8 * MIB ? ['REJECTED', UNJUDGED] : ['REJECTED']
    expect(ends).toContain(await judged(g.fetch(g.origin.url('/f'), init)))
  })

  test.each(sizes)('%s that a check takes: every byte of it', async (_size, size) => {
    const seen: string[] = []
    await using g = await given({
      ...options,
      retry: false,
      check: async (response) => void seen.push(sha256(await response.bytes())),
    })
    const body = pseudoRandom(size)
    g.origin.script('/f', ok(body, { headers }))
    const end = await judged(g.fetch(g.origin.url('/f'), init))
    expect([end, ...seen]).toEqual(end === UNJUDGED && size > 8 * MIB ? [UNJUDGED] : [sha256(body), sha256(body)])
  })

  test.each(sizes)('%s that is not what was expected', async (_size, size) => {
    const holdfast = { expect: { digest: `sha256:${sha256('other')}` as const } }
    await using g = await given({ ...options, retry: false })
    g.origin.script('/f', ok(pseudoRandom(size), { headers }))
    expect(await endOf(g.fetch(g.origin.url('/f'), { ...init, holdfast }))).toBe('DIGEST')
  })
})

test.each([
  ['Cache-Control: no-store', { 'Cache-Control': 'no-store' }],
  ['Set-Cookie', { 'Set-Cookie': 'a=b' }],
] as [string, Fields][])(
  'refused under %s, with a version stored: that one; the next answer is judged anew',
  async (_, headers) => {
    await using g = await given({ check: async (response) => void ((await response.text()).startsWith('bad') && boom()) })
    g.origin.script('/f', ok('v1'), ok('bad', { headers }), ok('v2'))
    await ask(g)
    await g.clock.advance(1_000)
    expect(await ask(g)).toMatchObject({ text: 'v1', outcome: 'fallback' })
    await later(g)
    expect(await ask(g)).toMatchObject({ text: 'v2', outcome: 'miss' })
  },
)

describe('a store that fails changes no verdict', () => {
  const tiers: [string, () => NonNullable<Options['tiers']>][] = [
    ['memory that throws', () => [chaos(memory(), { faults: [{ do: 'throw', on: ['set', 'setMany'] }] })]],
    ['sqlite that throws', () => [chaos(sqlite(':memory:'), { faults: [{ do: 'throw', on: ['set', 'setMany'] }] })]],
  ]
  test.each(tiers)('%s: a good body is given, a bad one is refused, each time', async (_, open) => {
    await using g = await given({
      tiers: open(),
      retry: false,
      check: async (response) => void ((await response.text()).startsWith('bad') && boom()),
    })
    g.origin.script('/f', ok('good'), ok('bad'), ok('bad'), ok('good'))
    const ends: (string | undefined)[] = []
    for (let n = 0; n < 4; n += 1) {
      const { text, rejected } = await ask(g)
      ends.push(text ?? rejected)
      await later(g)
    }
    expect(ends[0]).toBe('good')
    expect(ends[3]).toBe('good')
    for (const end of [ends[1], ends[2]]) expect(['good', 'REJECTED']).toContain(end)
  })
})
