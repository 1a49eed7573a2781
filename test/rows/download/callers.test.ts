import { describe, expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { gate, gatedBody, ok, slow, stall } from '../../helpers/origin/index.ts'
import { stopwatch } from '../../helpers/own-time.ts'
import { rounds } from '../../helpers/turning.ts'
import { type Given, given, timersAtRest } from './given.ts'
import { lives, living, storeOld } from './stored.ts'

// C01, C02, C03: a thousand callers of one download, who may all have enough of it.
const MIB = 1024 * 1024
const body = pseudoRandom(4 * MIB)
const strong = { etag: '"1"', ranges: true }
const little = body.subarray(0, 64 * 1024)
const MANY = 1_000

interface Caller {
  readonly controller: AbortController
  /** The digest of what it got, or the reason that it was given. */
  readonly got: Promise<unknown>
}

function callers(g: Given, init: RequestInit = {}): Caller[] {
  return Array.from({ length: MANY }, () => {
    const controller = new AbortController()
    const got = g.fetch(g.origin.url('/f'), { ...init, signal: controller.signal }).then(
      async (response) => sha256(await response.bytes()),
      (reason: unknown) => reason,
    )
    return { controller, got }
  })
}

/** Numbers below `MANY` in an order that is the same in each run. */
function shuffled(): number[] {
  const dice = pseudoRandom(MANY * 4, 'shuffled')
  return Array.from({ length: MANY }, (_, n) => n).sort((a, b) => dice.readUInt32BE(a * 4) - dice.readUInt32BE(b * 4))
}

describe.each(lives)('$name', (life) => {
  test('C01: a slow body, one request, right bytes for each', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', slow(little, MIB, strong))
    const all = callers(g)
    expect(new Set(await Promise.all(all.map(({ got }) => got)))).toEqual(new Set([sha256(little)]))
    expect(g.origin.hits()).toBe(1)
  })

  test('C02: the first leaves, then 998 others anywhere, each with its own reason; the last one has the body', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    const late = gatedBody(body, '50%', strong)
    g.origin.script('/f', late)
    const all = callers(g)
    await late.arrived
    const [last = 0, ...leavers] = shuffled().filter((n) => n !== 0)
    for (const n of [0, ...leavers]) {
      all[n]?.controller.abort(n)
      if (n % 97 === 0) await rounds(1)
    }
    late.release()
    expect(await all[last]?.got).toBe(sha256(body))
    expect(await Promise.all([0, ...leavers].map(async (n) => all[n]?.got))).toEqual([0, ...leavers])
    expect(g.origin.hits()).toBe(1)
    expect(await g.origin.requests()[0]?.ended).not.toBe('client-gone')
  })

  test('C03: all leave: the socket closes at once, and nothing of the download goes on', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', stall(body, 2.5 * MIB, strong), ok(body, strong))
    const timers = await timersAtRest(g)
    const all = callers(g)
    while (g.origin.requests()[0]?.bytesSent !== 2.5 * MIB) await rounds()
    await rounds()
    using watch = stopwatch()
    for (const [n, { controller }] of all.entries()) controller.abort(n)
    expect(await g.origin.requests()[0]?.ended).toBe('client-gone')
    const took = watch.ms()
    console.info(`C03, ${life.name}: the socket was closed ${took.toFixed(1)} ms after the first of ${MANY} aborts (row: 100 ms)`)
    expect(took).toBeLessThan(1_000)
    expect(await Promise.all(all.map(({ got }) => got))).toEqual(all.map((_, n) => n))
    await g.fetch.idle()
    expect([g.origin.openConnections, g.clock.pending]).toEqual([0, timers])
    const again = await g.fetch(g.origin.url('/f'))
    expect(sha256(await again.bytes())).toBe(sha256(body))
  })
})

test('a second crowd that comes while the first is leaving is not told of its reasons', async () => {
  await using g = await given()
  g.origin.script('/f', stall(little, 1_000, strong), ok(little, strong))
  const first = callers(g)
  while (g.origin.requests()[0]?.bytesSent !== 1_000) await rounds()
  for (const { controller } of first) controller.abort('first')
  const second = callers(g)
  expect(new Set(await Promise.all(second.map(({ got }) => got)))).toEqual(new Set([sha256(little)]))
  expect(new Set(await Promise.all(first.map(({ got }) => got)))).toEqual(new Set(['first']))
  expect(g.origin.hits()).toBe(2)
})

test('callers of a stream who leave before its headers leave the others their stream', async () => {
  await using g = await given()
  const late = gate(ok(body, strong))
  g.origin.script('/f', late)
  const all = callers(g, { holdfast: { delivery: 'streaming' } } as RequestInit)
  await late.arrived
  for (const { controller } of all.slice(0, MANY - 1)) controller.abort('enough')
  late.release()
  expect(await all[MANY - 1]?.got).toBe(sha256(body))
  expect(new Set(await Promise.all(all.slice(0, MANY - 1).map(({ got }) => got)))).toEqual(new Set(['enough']))
  expect(g.origin.hits()).toBe(1)
})
