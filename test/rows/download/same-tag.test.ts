import { describe, expect, test } from 'vitest'
import { pseudoRandom } from '../../helpers/digest.ts'
import { type AnswerOptions, cut, ok, status } from '../../helpers/origin/index.ts'
import { ended, lives, living, OLD, promised, storeOld } from './stored.ts'

// R16: two lengths under one strong tag are damage, by whatever way the second comes.
const body = pseudoRandom(200_000)
const strong = { etag: '"1"', ranges: true }
const PAGE = '<!doctype html><title>Sorry</title>'

describe.each(lives)('$name', (life) => {
  test.each<[string, AnswerOptions, 'whole' | 'streaming']>([
    ['a page that is refused ranges with a 416 first', strong, 'whole'],
    ['a page that is refused ranges with a 416 first, streaming', strong, 'streaming'],
    ['a page without ranges', { etag: '"1"' }, 'whole'],
    ['a page without ranges, streaming', { etag: '"1"' }, 'streaming'],
  ])('%s is no version', async (_, options, delivery) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', cut(body, '90%', strong), ok(PAGE, options))
    const { is, text } = await ended(g.fetch(g.origin.url('/f'), { holdfast: { delivery } })).catch(() => ({
      is: 'broken',
      text: undefined,
    }))
    expect(text).not.toBe(PAGE)
    if (delivery === 'whole') expect(is).toBe(promised(life))
    await g.fetch.idle()
    const left = await ended(g.fetch(g.origin.url('/f'), { cache: 'only-if-cached', mode: 'same-origin' }))
    expect(left.text ?? left.error?.code).toBe(life.cached ? OLD : 'NOT_CACHED')
  })

  test('the file that was cut comes after all', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', cut(body, '90%', strong), ok(PAGE, strong), ok(PAGE, strong), status(503), ok(body, strong))
    const { is, text } = await ended(g.fetch(g.origin.url('/f')))
    expect(text).not.toBe(PAGE)
    // Where a version is stored a guard may have refused the page, which ends the attempts.
    expect(life.cached ? ['miss', 'the old version'] : ['miss']).toContain(is)
  })
})
