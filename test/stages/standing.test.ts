import { describe, expect, test } from 'vitest'
import type { LiveRecords } from '../../src/model/store.ts'
import { type Again, Standing } from '../../src/stages/tiers/standing.ts'

/** A store that tells of its next change, as often as it was asked to. */
function live(): LiveRecords & { change(): void; asked: number } {
  let told: (() => void)[] = []
  const records = new Map<string, object>()
  return {
    asked: 0,
    get: (key) => records.get(key),
    set: (key, value) => void records.set(key, value),
    delete: (key) => void records.delete(key),
    beforeChange(tell) {
      this.asked++
      told.push(tell)
    },
    change() {
      const telling = told
      told = []
      for (const tell of telling) tell()
    },
  }
}

function hit(name: string, settled: string[]): Again {
  return { older: undefined, newer: undefined, settle: () => settled.push(name) }
}

describe('hits stand until something changes', () => {
  test('keepers drop theirs, in whichever store it is, and each store is asked once for each change', () => {
    const [one, two] = [live(), live()]
    const standing = new Standing([{ live: one }, {}, { live: two }])
    let drops = 0
    const keeper = { drop: () => void drops++ }
    for (let n = 0; n < 3; n++) expect(standing.keep(keeper)).toBe(true)
    expect([one.asked, two.asked]).toEqual([1, 1])
    two.change()
    expect(drops).toBe(1)
    two.change()
    expect(drops).toBe(1)
    standing.keep(keeper)
    expect([one.asked, two.asked]).toEqual([1, 2])
    one.change()
    expect(drops).toBe(2)
  })

  test('a store that cannot tell, and an instance that is closed, keep none', () => {
    const { beforeChange: _, ...silent } = live()
    expect(new Standing([{ live: live() }, { live: silent }]).keep({ drop: () => undefined })).toBe(false)
    const standing = new Standing([{ live: live() }])
    let drops = 0
    standing.keep({ drop: () => void drops++ })
    standing.end()
    expect([drops, standing.keep({ drop: () => undefined })]).toEqual([1, false])
  })

  test('uses are noted in their order, each hit once, before the change', () => {
    const store = live()
    const standing = new Standing([{ live: store }])
    const settled: string[] = []
    const [a, b, c] = ['a', 'b', 'c'].map((name) => hit(name, settled)) as [Again, Again, Again]
    standing.keep({ drop: () => void settled.push('dropped') })
    for (const used of [a, b, c, a, a, c, b, a]) standing.use(used)
    store.change()
    expect(settled).toEqual(['c', 'b', 'a', 'dropped'])
    standing.settle()
    expect(settled).toHaveLength(4)
    for (const used of [b, b, c]) standing.use(used)
    standing.settle()
    expect(settled.slice(4)).toEqual(['b', 'c'])
  })

  test('any order of uses', () => {
    let seed = 7
    const next = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31
      return seed % below
    }
    for (let round = 0; round < 50; round++) {
      const settled: string[] = []
      const standing = new Standing([{ live: live() }])
      const hits = Array.from({ length: 6 }, (_, n) => hit(`${n}`, settled))
      const uses = Array.from({ length: 40 }, () => next(6))
      for (const n of uses) standing.use(hits[n] as Again)
      standing.settle()
      const expected = [...new Set(uses.toReversed())].toReversed().map(String)
      expect(settled).toEqual(expected)
    }
  })
})
