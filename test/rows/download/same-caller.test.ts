import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, HoldfastError, type Init, type Options } from '../../../src/index.ts'
import { byRequest, gate, hang, ok, reflect, startOrigin, status } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { given, seen } from './given.ts'
import { lives, living, OLD, storeOld } from './stored.ts'

// C04, C08, C09: what a caller does to its own call, early, late or wrongly, is its own affair.

describe.each(lives)('$name', (life) => {
  test('C04: aborted after the head, before the last byte: rejected, or not tied to the signal; never short', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    const late = gate(ok('fine'))
    g.origin.script('/f', late)
    const controller = new AbortController()
    const call = seen(g.fetch(g.origin.url('/f'), { signal: controller.signal }))
    await late.arrived
    controller.abort(new RangeError('mine'))
    late.release()
    expect(await call).toEqual({ rejected: 'RangeError' })
  })

  test('C04: aborted after the last byte: the Response in hand is whole, and so is the stored version', async () => {
    await using g = await living(life, { ttl: '1h' })
    await storeOld(g, life, '/f')
    g.origin.script('/f', ok('fine'))
    const controller = new AbortController()
    const response = await g.fetch(g.origin.url('/f'), { signal: controller.signal, cache: 'no-cache' })
    controller.abort()
    expect(await response.text()).toBe('fine')
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'fine', outcome: 'hit' })
  })

  test('C04: a signal that is aborted already: nothing is asked, and a fallback does not hide the reason', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', hang())
    const reason = new DOMException('not now', 'AbortError')
    const told = await g.fetch(g.origin.url('/f'), { signal: AbortSignal.abort(reason) }).catch((error: unknown) => error)
    expect(told).toBe(reason)
    expect(g.origin.hits()).toBe(0)
  })
})

describe('C08: objects that are changed after they were handed over', () => {
  test('the options of the instance', async () => {
    const clock = manualClock()
    await using origin = await startOrigin({ clock })
    origin.script('/f', reflect())
    const options = {
      tiers: [memory()],
      clock,
      ttl: '1h',
      headers: { 'X-Mark': 'first' } as Record<string, string>,
      credentialHeaders: ['X-Secret'],
      fallback: { on: ['5xx' as const] as (number | '5xx')[] },
      rules: [{ match: `${origin.url('/')}*`, ttl: '1h' }],
    } satisfies Options
    const fetch = createCachedFetch(options)
    options.headers['X-Mark'] = 'second'
    options.credentialHeaders.splice(0)
    options.tiers.splice(0)
    options.rules.splice(0)
    options.fallback.on.splice(0)
    options.ttl = '0s'
    for (const secret of ['a', 'b', 'a']) {
      const answer = (await (await fetch(origin.url('/f'), { headers: { 'X-Secret': secret } })).json()) as { headers: object }
      expect(answer.headers).toMatchObject({ 'x-mark': 'first', 'x-secret': secret })
    }
    expect(origin.hits()).toBe(2)
    await fetch.close()
  })

  test('the init of a call, its headers, its body and its own options', async () => {
    await using g = await given()
    const late = gate(reflect())
    g.origin.script('/f', late)
    const headers = new Headers({ 'X-Mark': 'first' })
    const body = Buffer.from('first')
    const own = { safe: true, group: 'one', retry: { attempts: 3 } }
    const init: Init = { method: 'POST', headers, body, holdfast: own }
    const call = g.fetch(g.origin.url('/f'), init)
    headers.set('X-Mark', 'second')
    body.write('SECON')
    init.method = 'DELETE'
    own.retry.attempts = 0
    own.group = 'two'
    await late.arrived
    late.release()
    expect(await (await call).json()).toMatchObject({ method: 'POST', body: 'first', headers: { 'x-mark': 'first' } })
  })

  test('what events and inspections hand out', async () => {
    await using g = await given({ ttl: '1h' })
    g.fetch.on('stored', ({ version }) => {
      version.headers.set('X-Mark', 'wrong')
      version.checkedAt.setTime(0)
    })
    g.origin.script('/f', ok('fine', { headers: { 'X-Mark': 'right' } }))
    for (let n = 0; n < 2; n += 1) {
      const response = await g.fetch(g.origin.url('/f'))
      expect([response.headers.get('x-mark'), await response.text()]).toEqual(['right', 'fine'])
    }
    expect(g.origin.hits()).toBe(1)
  })
})

describe('C09: what the user hands in fails', () => {
  const boom = (): never => {
    throw new Error('a mistake of the user')
  }
  const hooks: [string, Options, Init][] = [
    ['shouldRetry', {}, { holdfast: { retry: { shouldRetry: boom } } }],
    ['a rule', { rules: [{ match: boom }] }, {}],
    ['waitUntil', { waitUntil: boom, staleWhileRevalidate: '1h' }, {}],
  ]
  test.each(hooks)('%s: typed or without effect, bounded, with the version where there is one', async (_, options, init) => {
    for (const life of lives) {
      await using g = await living(life, options)
      if (!options.rules) await storeOld(g, life, '/f')
      g.origin.script(
        '/f',
        byRequest((_request, hit) => (hit < 3 ? status(503) : ok('fine'))),
      )
      const answer = await g.fetch(g.origin.url('/f'), init).then(
        (response) => response.text(),
        (error: unknown) => error,
      )
      if (answer instanceof Error) expect(answer).toBeInstanceOf(HoldfastError)
      if (answer instanceof HoldfastError)
        expect([answer.code, (answer.cause as Error).message]).toEqual(['HOOK', 'a mistake of the user'])
      else expect(['fine', OLD, '']).toContain(answer)
      await rounds()
    }
  })
})
