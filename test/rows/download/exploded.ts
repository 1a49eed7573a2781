import { onTestFinished } from 'vitest'
import type { Init } from '../../../src/index.ts'
import { startChild } from '../../helpers/child.ts'
import { gz, type Step, startOrigin } from '../../helpers/origin/index.ts'
import type { Order, Report } from './children/bombed.ts'

/** What becomes of a process of its own that fetches this. */
export async function exploded(name: string, step: Step, init: Init = {}): Promise<Report> {
  const origin = await startOrigin()
  onTestFinished(() => origin.close())
  origin.script('/bomb', step)
  origin.script('/warm', gz('warm '.repeat(1_000)))
  await using child = startChild(new URL('children/bombed.ts', import.meta.url))
  await child.message<string>()
  const order: Order = { url: origin.url('/bomb'), warm: origin.url('/warm'), init }
  child.send(order)
  const report = await child.message<Report>()
  const { code, ms, grownMiB } = report
  console.info(`A12, ${name}: ${code} after ${ms.toFixed(0)} ms and ${grownMiB.toFixed(0)} MiB (row: 2,000 ms, 64 MB)`)
  return report
}
