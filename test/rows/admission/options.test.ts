import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { type CallOptions, createCachedFetch } from '../../../src/index.ts'
import { sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { given } from '../download/given.ts'
import { ask, good } from './judging.ts'

/** The option, a wrong value, and what the message must hold beside name and value: words of the cure. */
const WRONG: [name: string, value: unknown, ...cure: string[]][] = [
  ['schema', {}, 'Standard Schema'],
  ['schema', 'Rates', 'Standard Schema'],
  ['schema', () => true, 'Standard Schema'],
  ['schema', { '~standard': {} }, '~standard'],
  ['schema', { '~standard': { version: 1, vendor: 'x', validate: 'x' } }, 'validate'],
  ['schema', null],
  ['check', true],
  ['check', 'ok'],
  ['check', {}],
  ['guards', true, 'format'],
  ['guards', 'warn', 'format'],
  ['guards', null],
  ['guards.format', 'strict', 'off', 'warn', 'refuse'],
  ['guards.shrink', false, 'off', 'warn', 'refuse'],
  ['guards.shape', true, 'off', 'warn', 'refuse'],
  ['guards.shap', 'warn', 'shape'],
  ['guards.size', 'warn'],
  ['expect', sha256('x')],
  ['expect', null],
  ['expect.digest', sha256('x'), 'sha256:'],
  ['expect.digest', `sha256:${sha256('x').slice(1)}`, 'sha256'],
  ['expect.digest', `sha-256:${sha256('x')}`, 'sha256'],
  ['expect.digest', `crc32:${'0'.repeat(8)}`, 'sha256'],
  ['expect.digest', `sha512:${sha256('x')}`, 'sha512'],
  ['expect.digest', 'sha256:', 'sha256'],
  ['expect.digest', `sha256:${'z'.repeat(64)}`, 'sha256'],
  ['expect.digest', `md5:${sha256('x')}`, 'md5'],
  ['expect.digest', 7],
  ['expect.size', -1],
  ['expect.size', 1.5],
  ['expect.size', Number.NaN],
  ['expect.size', Number.POSITIVE_INFINITY],
  ['expect.size', '10 apples'],
  ['expect.sise', 7, 'size'],
  ['expect.sha256', sha256('x'), 'digest'],
  ['sources', 'https://mirror.example.org/f'],
  ['sources', [7]],
  ['sources', ['/relative']],
  ['sources', ['ftp://mirror.example.org/f']],
  ['sources', ['not a url']],
  ['sources', ['https://me:canary@mirror.example.org/f'], 'headers'],
  ['sources', {}],
  ['resume', 'yes', 'auto'],
  ['resume', 1, 'auto'],
  ['resume', null, 'auto'],
]

/** { 'guards.format': x } as { guards: { format: x } }. */
function nested(name: string, value: unknown): CallOptions {
  return name.split('.').reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as CallOptions
}

/** Secrets may stand in a value, so what a message shows of it is one word at least. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, 8)
  return Array.isArray(value) ? String(value[0]).slice(0, 8) : ''
}

/** What the message of this error should hold and does not; that it is no TypeError at all, where that is so. */
function missing(error: unknown, [name, value, ...cure]: (typeof WRONG)[number]): string[] {
  if (!(error instanceof TypeError)) return [`no TypeError: ${String(error)}`]
  const words = [name, shown(value), ...cure].filter((word) => !error.message.includes(word))
  return error.message.length < 500 ? words : [...words, `${error.message.length} characters`]
}

function thrownBy(make: () => unknown): unknown {
  try {
    return make()
  } catch (error) {
    return error
  }
}

describe('a wrong option is a TypeError that names it, its value and the cure', () => {
  test.each(WRONG)('%s: %j, of an instance', (...wrong) => {
    const error = thrownBy(() => createCachedFetch({ tiers: [memory()], ...nested(wrong[0], wrong[1]) }))
    expect(missing(error, wrong)).toEqual([])
  })

  test.each(WRONG)('%s: %j, of a rule', (...wrong) => {
    const rules = [{ match: '/*', ...nested(wrong[0], wrong[1]) }]
    expect(
      missing(
        thrownBy(() => createCachedFetch({ tiers: [memory()], rules })),
        wrong,
      ),
    ).toEqual([])
  })

  test.each(WRONG)('%s: %j, of a call, and nothing is asked', async (...wrong) => {
    await using g = await given()
    g.origin.script('/f', ok('v1'))
    const error = await g.fetch(g.origin.url('/f'), { holdfast: nested(wrong[0], wrong[1]) }).catch((thrown: unknown) => thrown)
    expect(missing(error, wrong)).toEqual([])
    expect(g.origin.hits()).toBe(0)
  })
})

describe('what is legal', () => {
  const legal: CallOptions[] = [
    { schema: good() },
    { schema: Object.assign(() => undefined, good()) },
    { check: () => undefined },
    { guards: false },
    { guards: {} },
    { guards: { format: 'off', shrink: 'warn', shape: 'refuse' } },
    { expect: { size: 2 } },
    { expect: { digest: `sha256:${sha256('{"ok":true}').toUpperCase()}` } },
    { sources: [] },
    { sources: ['https://mirror.example.org/f', new URL('http://mirror.example.org/')] },
    { resume: 'auto' },
    { resume: true },
    { resume: false },
  ]
  test.each(legal)('%o', async (options) => {
    await using g = await given()
    g.origin.script('/f', ok('{"ok":true}'))
    const came = await ask(g, { holdfast: { ...options, ...(options.expect?.size && { expect: { size: 11 } }) } })
    expect(came).toMatchObject({ status: 200, text: '{"ok":true}' })
  })

  test('undefined is as if it were not there', async () => {
    const none = {
      schema: undefined,
      check: undefined,
      guards: undefined,
      expect: undefined,
      sources: undefined,
      resume: undefined,
    }
    await using g = await given(none as unknown as CallOptions)
    g.origin.script('/f', ok('v1'))
    expect(await ask(g, { holdfast: none as unknown as CallOptions })).toMatchObject({ text: 'v1' })
  })
})
