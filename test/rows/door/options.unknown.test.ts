import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import type { CallOptions } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { bench, failureOf } from './kit.ts'
import { thrownBy, untold } from './wrong-options.ts'

/** What somebody may bring from elsewhere, or mistype; and the nearest right name. */
const unknown: [name: string, nearest: string | undefined][] = [
  ['staleIfError', 'fallback'],
  ['stale-if-error', 'fallback'],
  ['tll', 'ttl'],
  ['TTL', 'ttl'],
  ['maxAge', 'ttl'],
  ['timeout', 'timeouts'],
  ['retries', 'retry'],
  ['grace', 'fallback'],
  ['staleWhileRevalidat', 'staleWhileRevalidate'],
  ['swr', 'staleWhileRevalidate'],
  ['partitions', 'partition'],
  ['cacheKey', 'key'],
  ['qwertyuiop', undefined],
  ['constructor', undefined],
  ['toString', undefined],
  ['hasOwnProperty', undefined],
]

describe('an unknown option', () => {
  test.each(unknown)('%s', async (name, nearest) => {
    const cure = nearest === undefined ? [] : [nearest]
    expect(untold(thrownBy({ tiers: [memory()], [name]: '5m' }), [name, '5m', ...cure])).toEqual([])
    expect(untold(thrownBy({ tiers: [memory()], rules: [{ match: '/*', [name]: '5m' }] }), [name, '5m', ...cure])).toEqual([])
    await using b = await bench({ '/r': ok('x') })
    expect(
      untold(await failureOf(b.fetch(b.origin.url('/r'), { holdfast: { [name]: '5m' } as CallOptions })), [name, '5m', ...cure]),
    ).toEqual([])
  })

  test.each(['tiers', 'mode', 'clock', 'rules', 'limits', 'credentialHeaders', 'storeTimeout', 'respect'])(
    'of an instance, given to a call: %s',
    async (name) => {
      await using b = await bench({ '/r': ok('x') })
      const error = await failureOf(b.fetch(b.origin.url('/r'), { holdfast: { [name]: 1 } as CallOptions }))
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toContain(name)
    },
  )

  test.each(['tiers', 'clock', 'random', 'limits', 'storeTimeout', 'waitUntil'])(
    'extend shares and so refuses %s',
    async (name) => {
      await using b = await bench()
      const right = {
        tiers: [memory()],
        clock: b.clock,
        random: Math.random,
        limits: { concurrency: 2 },
        storeTimeout: 1,
        waitUntil: () => {},
      }
      expect(() => b.fetch.extend({ [name]: right[name as keyof typeof right] })).toThrow(new RegExp(name))
    },
  )

  test('a store that is in the list of tiers twice', () => {
    const near = memory()
    const { message } = thrownBy({ tiers: [near, memory(), near] }) as Error
    expect(message).toMatch(/^tiers\[2\]: .* This store is in the list already\. Give each once\.$/)
  })

  test.each([7, 'options', true, [], () => {}])('options that are no object: %o', async (options) => {
    expect(thrownBy(options)).toBeInstanceOf(TypeError)
    await using b = await bench({ '/r': ok('x') })
    expect(await failureOf(b.fetch(b.origin.url('/r'), { holdfast: options as CallOptions }))).toBeInstanceOf(TypeError)
  })
})
