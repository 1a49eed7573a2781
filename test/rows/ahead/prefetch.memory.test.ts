import { expect, onTestFinished, test } from 'vitest'
import { startChild } from '../../helpers/child.ts'
import { ok } from '../../helpers/origin/index.ts'
import { anOrigin } from '../stores/given.ts'

interface Report {
  done: number
  failed: number
  /** Bytes held after each tenth of the list. */
  marks: number[]
}

const MB = 1024 * 1024

// 100,000 URLs were measured by hand: this is the same in small. Kept, the bodies would be 80 MB.
test('a long list whose bodies nobody reads takes no more memory at its end than at its beginning', async () => {
  const [origin, count] = [await anOrigin(), 2_000]
  origin.script('/f', ok(Buffer.alloc(40_000, 'x'), { headers: { 'cache-control': 'max-age=60' } }))
  const child = startChild(new URL('./children/prefetching.ts', import.meta.url), {
    args: [origin.url(''), String(count)],
    nodeFlags: ['--expose-gc'],
  })
  onTestFinished(() => child[Symbol.asyncDispose]())
  const report = await child.message<Report>()
  expect(report).toMatchObject({ done: count, failed: 0 })
  // What a collection leaves of buffers differs by some megabytes from one time to the next: the middle of three.
  const middle = (marks: number[]): number => marks.toSorted((a, b) => a - b)[1] ?? Number.NaN
  expect(middle(report.marks.slice(-3)) - middle(report.marks.slice(0, 3))).toBeLessThan(20 * MB)
  expect(middle(report.marks.slice(-3))).toBeLessThan(100 * MB)
  expect(await child.exit).toMatchObject({ code: 0, stderr: '' })
})
