import { expect } from 'vitest'
import { type Inspection, inspect, type Options } from '../../../src/index.ts'
import type { Step } from '../../helpers/origin/index.ts'
import { codeOf, given, type Seen } from '../download/given.ts'
import { ask } from './judging.ts'

export interface Guarded extends Seen {
  /** What `inspect()` says, which the events say too. */
  readonly warned: readonly string[]
  /** The reasons that the events gave. */
  readonly refused: readonly string[]
}

/** What a second answer was over a first, under the guards of these options, and what was said of it. */
export async function over(first: Step, second: Step, options: Options = {}): Promise<Guarded> {
  await using g = await given(options)
  g.origin.script('/f', first, second)
  await ask(g)
  const response = await g.fetch(g.origin.url('/f')).catch((error: unknown) => error as Error)
  const told = { refused: g.told('rejected').map(({ reason }) => reason) }
  if (!(response instanceof Response)) return { ...told, warned: [], rejected: codeOf(response) }
  const { outcome, warnings } = inspect(response) as Inspection
  expect(g.told('warning').map(({ warning }) => warning)).toEqual(warnings)
  return { ...told, status: response.status, outcome, warned: warnings, text: await response.text() }
}
