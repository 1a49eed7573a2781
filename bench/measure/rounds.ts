import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Run } from '../scenario.ts'
import type { Job, Setting } from './job.ts'
import type { Measured } from './measured.ts'
import { inProcess } from './processes.ts'

/** What is measured of each client, in rounds. */
export interface Plan {
  readonly measures: readonly Measure[]
  readonly versionOf: (client: string) => string
  readonly origin: string
  readonly redis?: string
  /** Where `--rounds` does not say. */
  readonly rounds: number
}

export interface Measure {
  readonly name: string
  readonly task: string
  readonly setting: Setting
  readonly clients: readonly string[]
  /** Default 'round': in every round. 'once': what does not depend on the neighbours. */
  readonly every?: 'round' | 'once'
}

/** Every measure of every client in every round: client after client within a measure, so that those who are compared are measured side by side. */
export async function inRounds(plan: Plan, run: Run): Promise<Measured[]> {
  const lines: Measured[] = []
  const rounds = run.rounds ?? plan.rounds
  for (let round = 1; round <= rounds; round++) {
    const due = plan.measures.filter(({ every }) => every !== 'once' || round === 1)
    for (const measure of due) lines.push(...(await sideBySide({ plan, measure, round }, run)))
    run.tell(`round ${round} of ${rounds}`)
  }
  return lines
}

async function sideBySide(
  { plan, measure, round }: { plan: Plan; measure: Measure; round: number },
  run: Run,
): Promise<Measured[]> {
  const lines: Measured[] = []
  for (const client of measure.clients.filter((client) => run.takes(client) && isDue(client, round, run))) {
    const { origin, redis } = plan
    const { task, setting, name } = measure
    const line = { client, version: plan.versionOf(client), measure: name, round }
    const of = (folder: string): Job => ({ task, client, setting, origin, folder, ...(redis !== undefined && { redis }) })
    lines.push(await inFolder((folder) => lineOf(line, of(folder), run)))
  }
  return lines
}

/** One measurement, as a line; one that fails says so, and the others go on. */
export async function lineOf(
  line: Pick<Measured, 'client' | 'version' | 'measure' | 'round'>,
  job: Job,
  { tell }: Run,
): Promise<Measured> {
  const told = await inProcess(job)
  if ('facts' in told) return { ...line, facts: told.facts }
  tell(`${line.client}, ${line.measure}: ${told.error}`)
  return { ...line, facts: {}, error: told.error }
}

/** Where `--rounds` says nothing it is a quick look: the others show their place once, and ours and the limits are measured again. */
export function isDue(client: string, round: number, run: Run): boolean {
  return round === 1 || run.rounds !== undefined || !isPeer(client)
}

/** Neither ours nor what is only there to compare with. */
export function isPeer(client: string): boolean {
  return !/^(holdfast|limit|plain|base|by-hand)/.test(client)
}

/** An empty folder for each, which is removed afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const parent = join(tmpdir(), 'holdfast-bench')
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'run-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
