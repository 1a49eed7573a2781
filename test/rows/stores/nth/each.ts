import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../../../src/index.ts'
import { type Origin, startOrigin } from '../../../helpers/origin/index.ts'
import { calls, complaint, MISHAPS, run } from './runs.ts'
import { SCENARIOS } from './scenarios.ts'

/** The stores share the runs among them; `HOLDFAST_NTH=all` has each of them do all, which takes minutes. */
const STORES = ['sqlite', 'sqlite in a file', 'folder', 'redis', 'keyv', 'memory and a file'] as const

export interface Opened {
  readonly store: Store
  readonly tiers?: (store: Store) => Store[]
  readonly close?: () => Promise<void>
}

/**
 * SQLite's method: fail the n-th operation, for n = 1, 2, 3 … (S14). Whatever one call of the store does, the caller gets what the origin
 * sent, and afterwards the old or the new version is readable whole.
 */
export function eachNth(name: (typeof STORES)[number], open: () => Promise<Opened>): void {
  describe(`each call of ${name} that goes wrong`, () => {
    let opened: Opened
    let origin: Origin
    beforeAll(async () => {
      origin = await startOrigin()
      opened = await open()
    })
    afterAll(async () => {
      await opened.store.close()
      await opened.close?.()
      origin.kill()
      await origin.close()
    })
    const isMine = (number: number): boolean =>
      process.env.HOLDFAST_NTH === 'all' || number % STORES.length === STORES.indexOf(name)

    test.each(SCENARIOS.map((scenario, number) => ({ ...scenario, number })))(
      '$name',
      { timeout: 600_000 },
      async ({ number, ...scenario }) => {
        const bench = { origin, store: opened.store, tiers: opened.tiers ?? ((store: Store) => [store]) }
        const counted = await calls(bench, scenario)
        const complaints: string[] = []
        for (const [kind, mishap] of MISHAPS.entries()) {
          for (let n = 1; n <= counted[mishap]; n += 1) {
            if (!isMine(number + kind + n)) continue
            const said = complaint(await run(bench, scenario, { mishap, n }), scenario, { mishap, n })
            if (said !== undefined) complaints.push(said)
          }
        }
        expect(complaints).toEqual([])
        expect(counted.throw).toBeGreaterThan(0)
      },
    )
  })
}
