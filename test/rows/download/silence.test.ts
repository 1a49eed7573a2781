import dns from 'node:dns'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startConnectHole } from '../../helpers/connect-hole.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { hang, ok, type Step, stall, stallHeaders, trickleHeaders } from '../../helpers/origin/index.ts'
import { rounds, turnFor, turnUntil } from '../../helpers/turning.ts'
import { fed } from './fed.ts'
import { inspected, timersAtRest } from './given.ts'
import { ended, lives, living, OLD, promised, storeOld } from './stored.ts'

// T14 to T18: nothing comes, or too little of it. `fallback.after` is out of the way, so that the limits themselves speak.
const body = pseudoRandom(200_000)
const strong = { etag: '"1"', ranges: true }
const patient = { fallback: { after: '1h' } }

describe.each(lives)('$name', (life) => {
  test.each([0, 1, 100_000, 199_999])('a stall at %i: given up after timeouts.stall, resumed, right', async (at) => {
    await using g = await living(life, { ...patient, timeouts: { stall: '1s' } })
    await storeOld(g, life, '/f')
    g.origin.script('/f', stall(body, at, strong), ok(body, strong))
    const call = g.fetch(g.origin.url('/f'))
    while (g.origin.requests('/f')[0]?.bytesSent !== at) await rounds()
    await turnFor(g.clock, 999)
    expect(g.origin.hits('/f')).toBe(1)
    await g.clock.advance(1)
    const response = await call
    expect(sha256(await response.bytes())).toBe(sha256(body))
    const [first, second] = inspected(response, 'miss').attempts
    expect(first).toMatchObject({ error: { code: 'STALLED' }, bytes: at, ms: 1_000 })
    expect(second).toMatchObject(at === 0 ? { status: 200 } : { status: 206, resumedFrom: at })
    expect(await g.origin.requests('/f')[0]?.ended).toBe('client-gone')
  })

  test.each<[string, Step, string]>([
    ['no head', hang(), 'TIMEOUT'],
    ['half a head', stallHeaders(ok(body), 20), 'TIMEOUT'],
    ['a head that trickles', trickleHeaders(ok(body), { bytes: 1, everyMs: 2 }), 'TIMEOUT'],
    ['a stall for ever', stall('x'.repeat(1_000), '50%'), 'STALLED'],
  ])('%s: typed, in its time', async (_, step, code) => {
    await using g = await living(life, { ...patient, retry: 2, timeouts: { headers: '5s', stall: '5s' } })
    await storeOld(g, life, '/f')
    g.origin.script('/f', step)
    const began = g.clock.monotonic()
    const { is, error } = await turnUntil(g.clock, ended(g.fetch(g.origin.url('/f'))))
    expect([is, error?.code]).toEqual([promised(life), code])
    expect(g.clock.monotonic() - began).toBeGreaterThanOrEqual(10_000)
    expect(g.clock.monotonic() - began).toBeLessThanOrEqual(10_500)
    expect(g.origin.hits('/f')).toBe(2)
  })
})

describe.each(lives.filter(({ name }) => name.endsWith('memory')))('$name', (life) => {
  test('a byte each 900 ms never stalls, and is given up by its rate', async () => {
    await using g = await living(life, { ...patient, retry: false, timeouts: { minRate: '1KB' } })
    await storeOld(g, life, '/f')
    const drip = fed(1_000)
    g.origin.script('/f', drip.step)
    let over = false
    const call = ended(g.fetch(g.origin.url('/f'))).finally(() => {
      over = true
    })
    const began = g.clock.monotonic()
    for (let n = 0; n < 900 && !over; n += 1) {
      await drip.next(Buffer.from('x'))
      await turnUntil(g.clock, g.clock.advance(900))
    }
    expect(await call).toMatchObject({ is: promised(life), error: { code: 'STALLED' } })
    expect(g.clock.monotonic() - began).toBeLessThanOrEqual(62_000)
  })

  test('a port that never opens: CONNECT, bounded by timeouts.connect', async ({ skip }) => {
    await using hole = await startConnectHole()
    if (hole === undefined) return skip('the system does not let a backlog run full')
    await using g = await living(life, { ...patient, retry: 2, timeouts: { connect: '3s' } })
    if (life.cached) await g.fetch.put(hole.url('/f'), new Response(OLD))
    await g.clock.advance(1_000)
    const { is, error } = await turnUntil(g.clock, ended(g.fetch(hole.url('/f'))))
    expect([is, error?.code, error?.attempts.map(({ ms }) => ms)]).toEqual([promised(life), 'CONNECT', [3_000, 3_000]])
  })

  test('a resolver that says nothing: DNS, bounded, and tried again', async () => {
    await using g = await living(life, { ...patient, retry: 2, timeouts: { connect: '3s' } })
    const url = 'http://holdfast.invalid/f'
    if (life.cached) await g.fetch.put(url, new Response(OLD))
    // Not before the origin listens: a listener looks its own address up.
    const silence = vi.spyOn(dns, 'lookup').mockImplementation((() => {}) as unknown as typeof dns.lookup)
    onTestFinished(() => silence.mockRestore())
    const { is, error } = await turnUntil(g.clock, ended(g.fetch(url)))
    expect([is, error?.code, error?.attempts.map(({ ms }) => ms)]).toEqual([promised(life), 'DNS', [3_000, 3_000]])
    expect(silence).toHaveBeenCalled()
  })
})

test('the deadline is over all attempts: what would take 10 s ends at 2 s, and leaves neither timer nor socket', async () => {
  for (const life of lives) {
    await using g = await living(life, { ...patient, timeouts: { deadline: '2s', headers: '700ms' }, random: () => 0.9 })
    await storeOld(g, life, '/f')
    g.origin.script('/f', hang())
    const began = g.clock.monotonic()
    const timers = await timersAtRest(g)
    const { is, error } = await turnUntil(g.clock, ended(g.fetch(g.origin.url('/f'))))
    expect([is, error?.code]).toEqual([promised(life), 'TIMEOUT'])
    expect(g.clock.monotonic() - began).toBeLessThanOrEqual(2_500)
    await turnUntil(g.clock, g.fetch.idle())
    expect(g.clock.pending).toBe(timers)
    await Promise.all(g.origin.requests().map((request) => request.ended))
    expect(g.origin.openConnections).toBe(0)
  }
})
