import type { Store } from '../../src/model/store.ts'
import { benchOf, type ContractCase, type ContractRunner } from './contract/bench.ts'
import { bodyCases } from './contract/bodies.ts'
import { compareAndSetCases } from './contract/compare-and-set.ts'
import { leaseCases } from './contract/leases.ts'
import { lifeCases } from './contract/life.ts'
import { listingCases } from './contract/listing.ts'
import { stoppedCases } from './contract/stopped.ts'
import { valueCases } from './contract/values.ts'

/**
 * Runs the store contract: one test for each sentence of it, each on a store of its own.
 *
 * `open` is called once for each test. The store may hold other things; the suite uses keys that nobody else has, and closes it.
 * A store without leases or bodies leaves the method or the property out, and those tests ask nothing more of it.
 *
 * Works with the `describe` and `test` of Vitest, node:test, Mocha (`it`) and Jest.
 */
export function storeContract(name: string, open: () => Promise<Store>, runner: ContractRunner): void {
  const cases: readonly ContractCase[] = [
    ...valueCases,
    ...listingCases,
    ...leaseCases,
    ...compareAndSetCases,
    ...bodyCases,
    ...lifeCases,
    ...stoppedCases,
  ]
  runner.describe(`${name}: the store contract`, () => {
    for (const { name: sentence, run } of cases) {
      runner.test(sentence, async () => {
        const store = await open()
        try {
          await run(benchOf(store, runner))
        } finally {
          await store.close()
        }
      })
    }
  })
}
