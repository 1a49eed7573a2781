import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { createCachedFetch, inspect } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { bench, textOf } from './kit.ts'

// Vitest's jsdom environment puts jsdom's Uint8Array and ArrayBuffer in the place of Node's: no Buffer, and nothing that a body or a
// TextEncoder gives, is an instance of those.

const platform = { Uint8Array, ArrayBuffer }

beforeEach(() => void Object.assign(globalThis, runInNewContext('({ Uint8Array, ArrayBuffer })')))
afterEach(() => void Object.assign(globalThis, platform))

const FRESH = { headers: { 'Cache-Control': 'max-age=60', 'Content-Type': 'application/json' } }
const LARGE = 'abcdefghij'.repeat(200_000)

describe('where the Uint8Array of another realm stands in the place of the global one', () => {
  test('what came is given, and given again', async () => {
    await using at = await bench({ '/a': ok('{"a":1}', FRESH) })
    expect(Buffer.from('a') instanceof Uint8Array).toBe(false)
    for (const outcome of ['miss', 'hit']) {
      const response = await at.fetch(at.origin.url('/a'))
      expect([await response.text(), inspect(response)?.outcome]).toEqual(['{"a":1}', outcome])
    }
  })

  test('a body in chunks, out of memory and out of SQLite', async () => {
    await using at = await bench({ '/large': ok(LARGE, FRESH) })
    await using fetch = createCachedFetch({ tiers: [sqlite(':memory:')] })
    for (const each of [at.fetch, fetch, fetch]) expect(await textOf(each(at.origin.url('/large')))).toBe(LARGE)
  })

  test('bytes that a fetch of your own gives, and a codec of your own', async () => {
    await using fetch = createCachedFetch({ tiers: [memory()], fetch: async () => new Response('mine') })
    expect(await textOf(fetch('https://example.org/'))).toBe('mine')
    const bytes = fetch.buffered(async () => Buffer.from('ab'), { codec: 'bytes' })
    expect([Buffer.from(await bytes()).toString(), Buffer.from(await bytes()).toString()]).toEqual(['ab', 'ab'])
  })
})
