import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fc } from '../../policy/property.ts'
import { type Compared, LANGUAGES, lists, Played, type Tiers } from './any-history.kit.ts'
import type { CacheMode, Step } from './any-history.model.ts'
import { temporary } from './given.ts'

// Any history of downloads, words, invalidations, outages, sweeps and restarts: every list of tiers gives the answers of one small model.

const path = fc.constantFrom('/f', '/f', '/f', '/v')
const at = fc.nat(3)
const word = fc.constantFrom('valid', 'failed', 'mine')
const cache = fc.constantFrom<CacheMode>('default', 'default', 'default', 'reload', 'no-cache', 'force-cache', 'only-if-cached')
const weighed: [number, fc.Arbitrary<unknown>][] = [
  [8, fc.record({ do: fc.constant('fetch'), path, language: fc.constantFrom(...LANGUAGES), cache })],
  [4, fc.record({ do: fc.constant('bring'), path, n: fc.nat(4) })],
  [2, fc.record({ do: fc.constant('label'), word, at })],
  [1, fc.record({ do: fc.constant('unlabel'), word, at })],
  [2, fc.record({ do: fc.constantFrom('pin', 'pin', 'unpin'), at })],
  [2, fc.record({ do: fc.constantFrom('invalidate', 'invalidate', 'delete', 'post'), path })],
  [3, fc.record({ do: fc.constant('advance'), ms: fc.constantFrom(1_500, 29_000, 31_000, 61_000) })],
  [5, fc.record({ do: fc.constantFrom('down', 'up', 'reopen', 'reopen', 'sweep') })],
]
const anyStep = fc.oneof(...weighed.map(([weight, arbitrary]) => ({ weight, arbitrary }))) as fc.Arbitrary<Step>
// Short ones, which it would begin with, show nothing.
const steps = fc.noBias(fc.array(anyStep, { maxLength: 60, size: 'max' }))

function agree({ is, right }: Compared): void {
  expect(is, `${JSON.stringify(is)}\nand the model says\n${JSON.stringify(right)}\n`).toEqual(right)
}

async function play(all: readonly Step[], tiers: Tiers, place: string): Promise<void> {
  await using played = await Played.over(tiers, mkdtempSync(join(place, 'history-')))
  for (const [n, step] of all.entries()) {
    agree(await played.step(step))
    if (n % 8 === 7 || n === all.length - 1) agree(await played.seen())
  }
}

const { HOLDFAST_HISTORIES = '10', HOLDFAST_SEED = '20261121' } = process.env

test.each(lists.map(([name, tiers], n) => [name, { seed: Number(HOLDFAST_SEED) + n, tiers }] as const))(
  '%s',
  async (_, { seed, tiers }) => {
    const { path: place, remove } = temporary()
    onTestFinished(remove)
    const histories = fc.asyncProperty(steps, (all) => play(all, tiers, place))
    const checked = await fc.check(histories, { numRuns: Number(HOLDFAST_HISTORIES), seed, interruptAfterTimeLimit: 100_000 })
    const report = checked.failed ? `${String(checked.errorInstance)}\n${await fc.asyncDefaultReportMessage(checked)}` : ''
    expect(checked.failed, report).toBe(false)
  },
)
