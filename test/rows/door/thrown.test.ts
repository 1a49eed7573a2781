import { describe, expect, test } from 'vitest'
import { buffered, type Options } from '../../../src/index.ts'
import { ok, status } from '../../helpers/origin/index.ts'
import { bench, failureOf, textOf } from './kit.ts'

type Hook = () => void

/** What programs throw that is no Error: `Promise.reject()`, `reject(null)`, what `querystring.parse` gives. */
const NOTHING_TO_SAY: readonly [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['a text', 'out of order'],
  ['an object without a prototype', Object.create(null)],
]

function thrower(thrown: unknown): () => never {
  return () => {
    throw thrown
  }
}

describe.each(NOTHING_TO_SAY)('code of the user throws %s', (_, thrown) => {
  const throws = thrower(thrown)
  const rejects = async (): Promise<never> => throws()

  test.each<[string, Hook]>([
    ['throws', throws],
    ['rejects', rejects as Hook],
  ])('a listener or an onProgress that %s breaks no call, and is a warning', async (_, hook) => {
    await using b = await bench({ '/r': ok('whole') })
    const warned: string[] = []
    b.fetch.on('warning', ({ warning }) => void warned.push(warning))
    b.fetch.on('stored', hook)
    expect(await textOf(b.fetch(b.origin.url('/r'), { holdfast: { onProgress: hook } }))).toBe('whole')
    await expect.poll(() => warned).toContainEqual(expect.stringContaining("a listener of 'stored' threw"))
    expect(warned).toContainEqual(expect.stringContaining('onProgress threw'))
  })

  test('an onProgress of prefetch: the list comes to its end', async () => {
    await using b = await bench({ '/a': ok('a'), '/b': ok('b') })
    const given = b.fetch.prefetch([b.origin.url('/a'), b.origin.url('/b')], { concurrency: 1, onProgress: throws })
    expect((await Array.fromAsync(given)).map(({ ok }) => ok)).toEqual([true, true])
  })

  test('an input of prefetch whose signal says so is that input, and no other', async () => {
    await using b = await bench({ '/a': ok('a') })
    const url = b.origin.url('/a')
    const given = b.fetch.prefetch([[url, { signal: AbortSignal.abort(thrown) }], url], { concurrency: 1 })
    expect((await Array.fromAsync(given)).map(({ ok }) => ok)).toEqual([false, true])
  })

  test.each<[string, Options]>([
    ['the match of a rule', { rules: [{ match: throws }] }],
    ['shouldRetry', { retry: { shouldRetry: throws } }],
    ['random', { retry: 2, random: throws }],
  ])('%s: HOOK, with what it threw as the cause', async (what, options) => {
    await using b = await bench({ '/r': status(503) }, options)
    const failure = await failureOf(b.fetch(b.origin.url('/r')))
    expect(failure).toMatchObject({ code: 'HOOK', message: expect.stringMatching(`^.*${what.replace(/^the /, '')}.* threw`) })
  })

  test('shouldRetry, with something stored: the last good version all the same', async () => {
    await using b = await bench({ '/r': [ok('good'), status(503)] }, { ttl: '1m', retry: { shouldRetry: throws } })
    expect(await textOf(b.fetch(b.origin.url('/r')))).toBe('good')
    await b.clock.advance(61_000)
    expect(await textOf(b.fetch(b.origin.url('/r')))).toBe('good')
  })

  test('a transport of one`s own: no connection', async () => {
    await using b = await bench({}, { fetch: rejects })
    expect((await failureOf(b.fetch(b.origin.url('/r')))).code).toBe('CONNECT')
  })

  test('the decode of a codec: the function runs again', async () => {
    let runs = 0
    const run = buffered(() => ++runs, { codec: { encode: () => new Uint8Array(1), decode: throws } })
    await run().catch(() => undefined)
    await run().catch(() => undefined)
    expect(runs).toBe(2)
  })
})
