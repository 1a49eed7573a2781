import { describe, expect, test } from 'vitest'
import { HoldfastError, inspect } from '../../../src/index.ts'
import { pseudoRandom, pseudoRandomSource, sha256, sha256OfSource } from '../../helpers/digest.ts'
import { badRange, chunked, cut, gatedBody, ok, reset, type Step, stall, status } from '../../helpers/origin/index.ts'
import { rounds, turnUntil } from '../../helpers/turning.ts'
import { readerOf, take, untilBroken } from './reading.ts'
import { lives, living, OLD, storeOld } from './stored.ts'
import { alive } from './weight.ts'

// C06, C07: one download, readers at their own pace; and a body that breaks after most of it was handed out.
const MIB = 1024 * 1024
const body = pseudoRandom(4 * MIB)
const changed = pseudoRandom(4 * MIB, 'changed')
const strong = { etag: '"1"', ranges: true }
const streaming = { holdfast: { delivery: 'streaming' as const } }

describe.each(lives)('$name', (life) => {
  test('C06: the fast reader is at its end before the slow one is at its second mebibyte, and the slow one loses nothing', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    const late = gatedBody(body, MIB + 1, strong)
    g.origin.script('/f', late)
    const [slow, fast] = await Promise.all([g.fetch(g.origin.url('/f'), streaming), g.fetch(g.origin.url('/f'), streaming)])
    const reader = readerOf(slow)
    const first = await take(reader, 64 * 1024)
    late.release()
    expect(sha256(await fast.bytes())).toBe(sha256(body))
    expect(first.length).toBeLessThan(MIB)
    const pieces = [first]
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      pieces.push(Buffer.from(read.value))
      await rounds(1)
    }
    expect(sha256(Buffer.concat(pieces))).toBe(sha256(body))
    expect(g.origin.hits('/f')).toBe(1)
  })

  test('C06: one who joins in the middle has it from the first byte', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    const late = gatedBody(body, 3 * MIB, strong)
    g.origin.script('/f', late)
    const first = await g.fetch(g.origin.url('/f'), streaming)
    const reader = readerOf(first)
    const head = await take(reader, 2 * MIB)
    const second = g.fetch(g.origin.url('/f'), streaming).then((response) => response.bytes())
    const whole = g.fetch(g.origin.url('/f')).then((response) => response.bytes())
    await rounds()
    late.release()
    expect(sha256(await second)).toBe(sha256(body))
    expect(sha256(await whole)).toBe(sha256(body))
    expect(sha256(Buffer.concat([head, await take(reader, Number.POSITIVE_INFINITY)]))).toBe(sha256(body))
    expect(g.origin.hits('/f')).toBe(1)
  })

  test.each<[string, Step]>([
    ['a cut', cut(body, '90%', strong)],
    ['a cut in chunks', chunked(body, { ...strong, cutAt: '90%' })],
    ['a reset', reset(body, '90%', strong)],
  ])('C07: %s at nine tenths is healed unseen', async (_, broken) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', broken, status(503), badRange(body, { short: 1_000 }, strong), ok(body, strong))
    const response = await g.fetch(g.origin.url('/f'), streaming)
    expect(inspect(response)?.outcome).toBe('miss')
    expect(sha256(await response.bytes())).toBe(sha256(body))
  })

  test('C07: a stall at nine tenths is healed unseen', async () => {
    await using g = await living(life, { timeouts: { stall: '5s' } })
    await storeOld(g, life, '/f')
    g.origin.script('/f', stall(body, '90%', strong), ok(body, strong))
    const response = await g.fetch(g.origin.url('/f'), streaming)
    const bytes = response.bytes()
    while ((g.origin.requests('/f')[0]?.bytesSent ?? 0) < Math.floor(3.6 * MIB)) await rounds()
    expect(sha256(await turnUntil(g.clock, bytes))).toBe(sha256(body))
  })

  test.each<[string, [Step, ...Step[]]]>([
    ['for ever', [cut(body, '90%', { etag: '"1"' })]],
    ['and another version behind it', [cut(body, '90%', strong), ok(changed, { etag: '"2"', ranges: true })]],
    ['without a validator', [cut(body, '90%'), ok(changed)]],
    ['and then 404', [cut(body, '90%', strong), status(404)]],
    ['and then 503 for ever', [cut(body, '90%', strong), status(503)]],
    ['and wrong bytes where the parts meet', [cut(body, '90%', strong), badRange(body, { data: 5 }, strong)]],
  ])('C07: a break at nine tenths %s: right bytes so far, then an error; and what is stored stays', async (_, steps) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', ...steps)
    const response = await g.fetch(g.origin.url('/f'), streaming)
    const { bytes, error } = await untilBroken(response)
    expect(bytes.equals(body.subarray(0, bytes.length))).toBe(true)
    expect(bytes.length).toBeLessThan(body.length)
    expect(error).toBeInstanceOf(HoldfastError)
    expect(error).toMatchObject({ url: g.origin.url('/f'), method: 'GET' })
    await g.fetch.idle()
    const left = await g.fetch(g.origin.url('/f'), { cache: 'only-if-cached', mode: 'same-origin' }).then(
      async (stored) => sha256(await stored.bytes()),
      (reason: { code: string }) => reason.code,
    )
    // What came whole behind the back of the broken stream may be there too.
    const before = life.cached ? sha256(OLD) : 'NOT_CACHED'
    expect([before, sha256(body), sha256(changed)]).toContain(left)
  })
})

test('C06: 200 MB by a reader that stands still costs no memory, and is right in the end', async () => {
  const [, , life] = lives
  if (life === undefined) throw new Error('no life')
  const big = pseudoRandomSource(200 * MIB, 'big')
  await using g = await living(life)
  g.origin.script('/f', ok(big, strong))
  const before = await alive()
  const slow = await g.fetch(g.origin.url('/f'), streaming)
  const reader = readerOf(slow)
  await take(reader, 1)
  await g.fetch.idle()
  const grown = (await alive()) - before
  console.info(`C06: ${grown.toFixed(0)} MiB while a reader of 200 MiB stands still`)
  expect(grown).toBeLessThan(32)
  await reader.cancel()
  expect(sha256OfSource(big)).toBe(sha256(await (await g.fetch(g.origin.url('/f'), { cache: 'force-cache' })).bytes()))
})
