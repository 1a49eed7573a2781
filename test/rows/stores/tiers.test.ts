import { join } from 'node:path'
import { Keyv } from 'keyv'
import { describe, expect, onTestFinished, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import { inspect } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { anInstance, anOrigin, folder, got, heard } from './given.ts'

const FRESH = { headers: { 'cache-control': 'max-age=3600' } }

describe('tiers, nearest first', () => {
  test('what a farther tier holds is answered, and put into the nearer ones with its times (D12)', async () => {
    const [origin, file] = [await anOrigin(), join(folder(), 'cache.db')]
    origin.script('/f', ok('v1', FRESH))
    const first = anInstance({ tiers: [memory(), sqlite(file)] })
    const stored = inspect(await first(origin.url('/f')))
    await first.close()

    const second = anInstance({ tiers: [memory(), sqlite(file)] })
    const told = heard(second, 'lookup')
    const promoted = await second(origin.url('/f'))
    const near = await second(origin.url('/f'))

    expect(told.map(({ tier }) => tier)).toEqual(['sqlite', 'memory'])
    expect(await got(promoted)).toBe('v1 (hit)')
    expect(inspect(near)).toMatchObject({
      tier: 'memory',
      version: { storedAt: stored?.outcome === 'miss' && stored.version.storedAt },
    })
    expect(origin.hits('/f')).toBe(1)
  })

  test('what a caller has seen survives a kill: the durable tier is written before the answer (B157)', async () => {
    const [origin, file] = [await anOrigin(), join(folder(), 'cache.db')]
    origin.script('/f', ok('v1', FRESH))
    await anInstance({ tiers: [memory(), sqlite(file)] })(origin.url('/f'))

    // Not closed, as a killed process is not: another one sees what the first one's caller has seen.
    const reader = anInstance({ tiers: [sqlite(file)], mode: 'offline' })
    expect(await got(await reader(origin.url('/f')))).toBe('v1 (hit)')
  })

  test('bytes come back as they were, through every tier: 20 bytes of JSON and 3 MB of noise (B13, B155)', async () => {
    const [origin, file, noise] = [await anOrigin(), join(folder(), 'cache.db'), pseudoRandom(3_000_001, 'noise')]
    const latin1 = Buffer.from('caf\xe9', 'latin1')
    origin.script('/noise', ok(noise, FRESH))
    origin.script('/latin1', ok(latin1, { headers: { ...FRESH.headers, 'content-type': 'text/plain; charset=iso-8859-1' } }))
    for (const tiers of [[memory()], [sqlite(file)], [memory({ maxEntryBytes: '1KB' }), sqlite(file)], [new Keyv()]]) {
      const fetch = anInstance({ tiers })
      for (const path of ['/noise', '/latin1', '/noise', '/latin1']) {
        const bytes = Buffer.from(await (await fetch(origin.url(path))).arrayBuffer())
        expect(sha256(bytes)).toBe(sha256(path === '/noise' ? noise : latin1))
      }
    }
  })

  test('a Keyv stands in the list as it is', async () => {
    const [origin, keyv] = [await anOrigin(), new Keyv()]
    origin.script('/f', ok('v1', FRESH))
    const fetch = anInstance({ tiers: [keyv] })
    await fetch(origin.url('/f'))
    expect(await got(await fetch(origin.url('/f')))).toBe('v1 (hit)')
    expect(origin.hits('/f')).toBe(1)
  })

  test('a body that a tier does not take is kept by the next, and said to be left out', async () => {
    const [origin, file] = [await anOrigin(), join(folder(), 'cache.db')]
    origin.script('/f', ok('x'.repeat(5000), FRESH))
    const fetch = anInstance({ tiers: [sqlite(':memory:', { maxEntryBytes: '1KB' }), sqlite(file)] })
    const skipped = heard(fetch, 'store-skipped')
    await (await fetch(origin.url('/f'))).text()
    await fetch.idle()
    expect(skipped).toMatchObject([{ tier: 'sqlite', reason: 'too-large' }])
    expect(await fetch.cache.has(origin.url('/f'))).toBe(true)
  })
})

describe('a tier that fails is a slow miss, never an error', () => {
  test('a store that throws at everything: the caller gets the body, the origin is asked once per call (B88)', async () => {
    const origin = await anOrigin()
    origin.script('/f', ok('v1', FRESH))
    const fetch = anInstance({ tiers: [chaos(sqlite(':memory:'), { faults: [{ do: 'throw' }] })] })
    const errors = heard(fetch, 'tier-error')
    expect(await got(await fetch(origin.url('/f')))).toBe('v1 (miss)')
    expect(origin.hits('/f')).toBe(1)
    expect(errors.length).toBeGreaterThan(0)
    expect(errors[0]).toMatchObject({ tier: 'sqlite', error: expect.any(Error) })
  })

  test('a store that never answers costs storeTimeout, and after three times nothing (B173)', async () => {
    const [origin, clock] = [await anOrigin(), manualClock()]
    origin.script('/f', ok('v1', FRESH))
    origin.script('/g', ok('v1', FRESH))
    const fetch = anInstance({
      tiers: [memory(), chaos(sqlite(':memory:'), { faults: [{ do: 'hang' }] })],
      clock,
      storeTimeout: '100ms',
    })
    onTestFinished(() => turnUntil(clock, fetch.close()))
    const states = heard(fetch, 'tier-state')
    let answer: string | undefined
    const calls = Promise.all([fetch(origin.url('/f')), fetch(origin.url('/g'))])
    void calls.then(async ([f]) => {
      answer = await got(f)
    })
    for (let turn = 0; answer === undefined && turn < 500; turn++) {
      await clock.advance(100)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(answer).toBe('v1 (miss)')
    expect(states).toContainEqual({ tier: 'sqlite', state: 'open' })
    expect(await got(await fetch(origin.url('/f')))).toBe('v1 (hit)')
  })

  test('a path that cannot be a database: clear, at once, and the origin still answers', async () => {
    const [origin, path] = [await anOrigin(), folder()]
    origin.script('/f', ok('v1', FRESH))
    const fetch = anInstance({ tiers: [sqlite(path)] })
    const errors = heard(fetch, 'tier-error')
    expect(await got(await fetch(origin.url('/f')))).toBe('v1 (miss)')
    expect(errors[0]?.error.message).toContain(path)
  })
})
