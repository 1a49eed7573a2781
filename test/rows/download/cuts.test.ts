import { expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { type At, chunked, cut, flaky, ok, reset, type Step } from '../../helpers/origin/index.ts'
import { given, inspected, rejection } from './given.ts'
import { type Life, lives, living, storeOld } from './stored.ts'

// T01, T02, T03: a body that breaks at any place, however it is framed and however it is broken.
const KIB = 1024
// What a resume asks for once more, to compare it with what is here.
const OVERLAP = KIB
const body = pseudoRandom(100_000)
const strong = { etag: '"1"', ranges: true }

const breaks: Record<string, (at: number) => Step> = {
  'a cut': (at) => cut(body, at, strong),
  'a cut in chunks': (at) => chunked(body, { ...strong, cutAt: at }),
  'a reset': (at) => reset(body, at, strong),
  'a reset in chunks': (at) => chunked(body, { ...strong, cutAt: at, cutBy: 'reset' }),
}

/** 0 to 64, round a KiB, 64 KiB, the middle and the end, and a hundred anywhere. */
function places(): number[] {
  const first = Array.from({ length: 65 }, (_, at) => at)
  const edges = [KIB - 1, KIB + 1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, body.length / 2, body.length - 1]
  const dice = pseudoRandom(400, 'places')
  const anywhere = Array.from({ length: 100 }, (_, n) => dice.readUInt32BE(n * 4) % body.length)
  return [...new Set([...first, ...edges, ...anywhere])]
}

// Two of the four lives, which between them have both stores and both states.
for (const life of [lives[0], lives[3]] as Life[]) {
  test.each(Object.entries(breaks))(
    `${life.name}: %s at any place costs one more request, and little that had come`,
    async (how, broken) => {
      await using g = await living(life)
      const lossless = how.startsWith('a cut')
      const wrong: string[] = []
      for (const at of places()) {
        const path = `/${at}`
        await storeOld(g, life, path)
        g.origin.script(path, broken(at), ok(body, strong))
        const response = await g.fetch(g.origin.url(path))
        const digest = sha256(await response.bytes())
        const requests = g.origin.requests(path)
        const sent = requests.reduce((sum, { bytesSent }) => sum + bytesSent, 0)
        // A reset may take bytes with it that the client had not read yet.
        const most = body.length + OVERLAP + (lossless ? 0 : at)
        if (digest !== sha256(body)) wrong.push(`at ${at}: wrong bytes`)
        if (inspected(response, 'miss').version.size !== body.length) wrong.push(`at ${at}: wrong size`)
        if (requests.length !== 2) wrong.push(`at ${at}: ${requests.length} requests`)
        if (sent > most) wrong.push(`at ${at}: ${sent} bytes sent`)
      }
      expect(wrong).toEqual([])
    },
  )

  test(`${life.name}: cut at 20 % four times, then well`, async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    const fifth = cut(body, '20%', strong)
    g.origin.script('/f', fifth, fifth, fifth, fifth, ok(body, strong))
    const response = await g.fetch(g.origin.url('/f'))
    expect(sha256(await response.bytes())).toBe(sha256(body))
    const { attempts } = inspected(response, 'miss')
    expect(attempts.map(({ status }) => status)).toEqual([200, 206, 206, 206, 206])
    for (const [n, { resumedFrom = 0 }] of attempts.entries()) expect(resumedFrom).toBeGreaterThanOrEqual(n * 8_000)
    const sent = g.origin.requests('/f').reduce((sum, { bytesSent }) => sum + bytesSent, 0)
    expect(sent).toBeLessThanOrEqual(body.length + 4 * OVERLAP)
  })
}

test.each(Array.from({ length: 20 }, (_, n) => n + 1))('every second answer breaks, seed %i: right', async (seed) => {
  await using g = await given()
  const big = pseudoRandom(1_000_000)
  g.origin.script('/f', flaky(50, { bad: cut(big, '30%', strong), good: ok(big, strong) }, seed * 7_919))
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(big))
})

const slowCut =
  (g: { clock: { advance(ms: number): Promise<void> } }, whole: Buffer, at: At): Step =>
  async (exchange) => {
    await g.clock.advance(1_000)
    await cut(whole, at, strong)(exchange)
  }

test('progress gives the attempts back, but not the total time', async () => {
  const big = pseudoRandom(4_000_000)
  await using g = await given({ timeouts: { total: '20s' } })
  const step = slowCut(g, big, 65_536)
  g.origin.script('/enough', step, ...Array.from({ length: 14 }, () => step), ok(big, strong))
  g.origin.script('/never', step)
  expect(sha256(await (await g.fetch(g.origin.url('/enough'))).bytes())).toBe(sha256(big))
  expect(g.origin.hits('/enough')).toBe(16)
  const began = g.clock.monotonic()
  const error = await rejection(g.fetch(g.origin.url('/never')))
  expect(error.code).toBe('TIMEOUT')
  expect(g.clock.monotonic() - began).toBeLessThanOrEqual(20_500)
  expect(error.attempts.length).toBeGreaterThan(15)
})
