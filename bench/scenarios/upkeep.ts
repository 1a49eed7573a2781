import { cp, mkdir, mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { versionOf } from '../clients/serve.ts'
import type { Scenario } from '../scenario.ts'
import type { Job } from './upkeep/job.ts'
import type { Measured } from './upkeep/measured.ts'
import { KEEPERS } from './upkeep/misses.ts'
import { startOrigin } from './upkeep/origin.ts'
import { inProcess } from './upkeep/processes.ts'
import { table } from './upkeep/table.ts'
import { WORKS } from './upkeep/works.ts'

const ENTRIES = 100_000
const MISSES = 1_000

type Tell = (news: string) => void

/** One process after the other, for time is compared. */
export const upkeep: Scenario<Measured> = {
  name: 'upkeep',
  question: 'what does it cost to look after a large cache, and to fill it?',
  run: async ({ tell }) => {
    const entries = entriesOf(process.env.BENCH_ENTRIES)
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
    try {
      const lines = [...(await lookAfter(folder, Math.round(entries / 10), tell)), ...(await lookAfter(folder, entries, tell))]
      return [...lines, ...(await download(folder, tell))]
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  table,
}

function entriesOf(given = ''): number {
  const entries = given === '' ? ENTRIES : Number(given)
  if (!Number.isInteger(entries) || entries < 10) throw new Error(`BENCH_ENTRIES=${given} is no number of entries from 10 on`)
  return entries
}

/** Each work on a copy of its own of the filled file. */
async function lookAfter(folder: string, entries: number, tell: Tell): Promise<Measured[]> {
  const filled = join(folder, 'filled')
  const used = join(folder, 'used')
  const told = (line: Measured): Measured => {
    tell(`${line.work}, ${entries} entries: ${Math.round(line.cost.wall)} ms`)
    return line
  }
  await mkdir(filled)
  const filling = { name: 'fill', file: join(filled, 'cache.db'), entries } as const
  const lines = [told(await measured(filling, { part: 'filling', work: 'filling', entries }))]
  for (const { name: work } of WORKS) {
    await copied(filled, used)
    const job = { name: 'look after', file: join(used, 'cache.db'), work } as const
    lines.push(told(await measured(job, { part: 'work', work, entries })))
    await rm(used, { recursive: true })
  }
  await rm(filled, { recursive: true })
  return lines
}

/** Down to the disk: else the first commit of the work would wait until the copy is. */
async function copied(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true })
  const within = await readdir(to, { recursive: true, withFileTypes: true })
  for (const { parentPath, name } of within.filter((one) => one.isFile())) {
    await using file = await open(join(parentPath, name), 'r+')
    await file.sync()
  }
}

async function download(folder: string, tell: Tell): Promise<Measured[]> {
  await using origin = await startOrigin()
  const lines: Measured[] = []
  for (const atOnce of [1, 8]) {
    for (const keeper of KEEPERS) {
      const file = join(folder, `${keeper} ${atOnce}.db`)
      const job = { name: 'miss', keeper, origin: origin.url, file, count: MISSES, atOnce } as const
      lines.push(await measured(job, { part: 'miss', work: keeper, entries: MISSES, atOnce }))
    }
  }
  tell(`${lines.length} times ${MISSES} downloads`)
  return lines
}

async function measured(job: Job, what: Pick<Measured, 'part' | 'work' | 'entries'> & { atOnce?: number }): Promise<Measured> {
  const { cost, result } = await inProcess(job)
  return { client: what.work === 'fetch' ? 'fetch' : 'holdfast', version: versionOf('holdfast'), ...what, cost, result }
}
