import { describe, expect, test } from 'vitest'
import {
  badLength,
  type ChunkFault,
  type Coding,
  chunked,
  codingLie,
  cut,
  early,
  garbage,
  gz,
  hangUp,
  ok,
  reset,
  type Step,
  shortLength,
} from '../../helpers/origin/index.ts'
import { given, inspected } from './given.ts'
import { ended, lives, living, OLD, promised, storeOld } from './stored.ts'

// T05 to T10: what never heals gives the version that was stored, with the reason; what heals gives the new one.
const TEXT = Array.from({ length: 1_500 }, (_, n) => `line ${n} ${(n * 7919) % 1013}\n`).join('')
const faults: ChunkFault[] = ['unterminated', 'size', 'negative', 'huge', 'more', 'no-crlf']
const codings: Coding[] = ['gzip', 'deflate', 'br', 'zstd']
const CUT = ['TRUNCATED']
const FRAMING = ['TRUNCATED', 'PROTOCOL']
const CODED = ['BAD_ENCODING']

const damages: [string, Step, string[]][] = [
  ['a body that is cut', cut(TEXT, '50%'), CUT],
  ['a body that is reset', reset(TEXT, '50%'), CUT],
  ['a Content-Length 10 too large', shortLength(TEXT, TEXT.length + 10), CUT],
  ['a Content-Length 10 too small', shortLength(TEXT, TEXT.length - 10), FRAMING],
  ['a Content-Length that is no number', badLength(TEXT, ['12abc']), ['PROTOCOL']],
  ['a negative Content-Length', badLength(TEXT, ['-5']), ['PROTOCOL']],
  ['two Content-Lengths that differ', badLength(TEXT, [`${TEXT.length}`, '3']), ['PROTOCOL']],
  ['a Content-Length that no machine holds', badLength(TEXT, ['99999999999999999999']), FRAMING],
  ['a Content-Length beside chunks', chunked(TEXT, { alsoLength: true }), ['PROTOCOL']],
  ...faults.map((bad): [string, Step, string[]] => [`chunks: ${bad}`, chunked(TEXT, { bad }), FRAMING]),
  ...codings.flatMap((coding) =>
    (['1%', '10%', '50%', -8, -1] as const).flatMap((truncate) =>
      (['length', 'chunked', 'close'] as const).map((framing): [string, Step, string[]] => [
        `${coding}, ${truncate} of it, framing ${framing}`,
        gz(TEXT, { coding, truncate, framing }),
        CODED,
      ]),
    ),
  ),
  ['gzip with a wrong checksum', gz(TEXT, { corruptCrc: true }), CODED],
  ['gzip with a wrong length', gz(TEXT, { wrongSize: true }), CODED],
  ['gzip with a wrong bit', gz(TEXT, { flip: 3_000 }), CODED],
  ['gzip with rubbish behind', gz(TEXT, { trail: 16 }), CODED],
  ['a plain body that says it is gzip', codingLie(TEXT), CODED],
  ['a plain body that says it is br', codingLie(TEXT, 'br'), CODED],
  ['nothing but a hang-up', hangUp(), ['CONNECT', 'PROTOCOL']],
  ['a reset before the head', reset(), ['CONNECT']],
  ['no HTTP', garbage(), ['PROTOCOL']],
  ['hints, and then a body that is cut', early(3, cut(TEXT, '50%')), CUT],
]

describe.each(lives.filter(({ name }) => name.endsWith('memory')))('$name', (life) => {
  test.each(damages)('%s for ever, and once', async (_, step, codes) => {
    await using g = await living(life)
    await storeOld(g, life, '/never')
    await storeOld(g, life, '/heals')
    g.origin.script('/never', step)
    g.origin.script('/heals', step, ok(TEXT))
    const { is, error } = await ended(g.fetch(g.origin.url('/never')))
    expect(is).toBe(promised(life))
    expect(codes).toContain(error?.code)
    expect(error).toMatchObject({ url: g.origin.url('/never'), method: 'GET' })
    expect(error).toBeInstanceOf(TypeError)
    expect(error?.attempts).toHaveLength(g.origin.hits('/never'))
    expect(error?.attempts.at(-1)?.error?.code).toBe(error?.code)
    const healed = await g.fetch(g.origin.url('/heals'))
    expect((await healed.text()) === TEXT).toBe(true)
    expect(inspected(healed, 'miss').attempts).toHaveLength(2)
  })
})

test('nothing of what was damaged is left where a caller can meet it', async () => {
  for (const [name, step] of damages) {
    await using g = await given({ retry: false })
    await storeOld(g, { cached: true }, '/f')
    g.origin.script('/f', step)
    await ended(g.fetch(g.origin.url('/f')))
    const stored = await g.fetch(g.origin.url('/f'), { cache: 'force-cache' })
    expect(await stored.text(), name).toBe(OLD)
    expect(
      g.told('stored').map(({ version }) => version.size),
      name,
    ).toEqual([OLD.length])
  }
})

test('a chunk extension of 100,000 characters ends, in right bytes or an error', async () => {
  await using g = await given()
  g.origin.script('/f', chunked(TEXT, { bad: 'extension' }))
  const { is, text, error } = await ended(g.fetch(g.origin.url('/f')))
  expect(is === 'miss' ? text === TEXT : error?.code === 'PROTOCOL').toBe(true)
})

test('a length that no machine holds costs no memory', async () => {
  await using g = await given()
  g.origin.script('/f', cut(TEXT, 10), badLength('x', ['9007199254740991']))
  const before = process.memoryUsage().rss
  expect((await ended(g.fetch(g.origin.url('/f')))).error?.code).toBe('TRUNCATED')
  expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(64)
})
