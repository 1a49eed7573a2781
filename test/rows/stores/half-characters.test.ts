import { expect, test } from 'vitest'
import { manualClock } from '../../../adapters/testing/index.ts'
import { type CallOptions, inspect } from '../../../src/index.ts'
import { counting } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, lasting, folder as place } from './given.ts'

// A text that was cut in the middle of an emoji ends in half a character, of which UTF-8 has none: each half is the same replacement in it.
const HALVES = ['cut \ud83d', 'cut \ud83e', 'cut \ufffd', JSON.stringify('cut \ud83d')]

test.each(lasting)(
  '%s: a key, a principal or a group that ends in half a character takes nothing from another',
  async (_, open) => {
    const origin = await anOrigin()
    origin.script('/f', counting({ headers: { 'Cache-Control': 'max-age=600' } }))
    const clock = manualClock(Date.now())
    const fetch = anInstance({ clock, tiers: [open(place(), clock)] })
    for (const name of ['key', 'partition', 'group'] as const) {
      const asked = HALVES.map((half): CallOptions => ({ [name]: half }))
      const texts: string[] = []
      for (const holdfast of asked) texts.push(await (await fetch(origin.url('/f'), { holdfast })).text())
      expect(new Set(texts).size).toBe(HALVES.length)
      for (const [index, holdfast] of asked.entries()) {
        const again = await fetch(origin.url('/f'), { holdfast })
        expect([inspect(again)?.outcome, await again.text()]).toEqual(['hit', texts[index]])
      }
    }
  },
)
