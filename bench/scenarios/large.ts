import { versionOf } from '../caches/roster.ts'
import type { Job } from '../measure/job.ts'
import type { Measured } from '../measure/measured.ts'
import { startOrigin } from '../measure/origin.ts'
import { inFolder, isDue, lineOf } from '../measure/rounds.ts'
import { figures } from '../measure/table.ts'
import { judged, verdicts } from '../measure/target.ts'
import type { Run, Scenario } from '../scenario.ts'
import { BASE, COLUMNS, TARGETS } from './large/targets.ts'

const MB = 2 ** 20
const OURS = ['holdfast:folder', 'holdfast:sqlite', 'holdfast:folder~streaming', 'holdfast:sqlite~streaming']
const CLIENTS = [BASE, ...OURS, 'make-fetch-happen:disk', 'node-fetch-cache:disk']
const LARGER = [BASE, 'holdfast:folder', 'holdfast:sqlite']
/** A hundred gigabytes in all of 100 MB: only where they are asked for. */
const READERS = { count: 1_000, size: process.env.BENCH_FULL === '1' ? 100 * MB : 8 * MB }
/** Milliseconds for one measurement. */
const LATEST = 280_000

interface Part {
  readonly name: string
  readonly size: number
  readonly readers: number
  readonly clients: readonly string[]
  /** Whether it is read again by another process. */
  readonly again: 'warm' | 'no'
}

const PARTS: readonly Part[] = [
  { name: '512 MB', size: 512 * MB, readers: 1, clients: CLIENTS, again: 'warm' },
  { name: '1,536 MB', size: 1_536 * MB, readers: 1, clients: LARGER, again: 'no' },
  { name: 'readers', size: READERS.size, readers: READERS.count, clients: LARGER, again: 'no' },
]

export const large: Scenario<Measured> = {
  name: 'large',
  question: 'what do large bodies cost in time and memory, and the same body for many readers?',
  run: async (run) => {
    await using origin = await startOrigin()
    const lines: Measured[] = []
    for (let round = 1; round <= (run.rounds ?? 1); round++) {
      for (const part of PARTS) lines.push(...(await sideBySide(part, { round, origin: origin.url }, run)))
      run.tell(`round ${round}`)
    }
    return lines
  },
  table: (lines) => {
    const proof = [{ title: 'body', fact: 'body', right: 'exact' }]
    return [
      ...judged(lines, TARGETS),
      '',
      ...figures(lines, COLUMNS, proof),
      '',
      `Readers: ${READERS.count} of ${READERS.size / MB} MB.`,
      '',
    ].join('\n')
  },
  verdicts: (lines) => verdicts(lines, TARGETS),
}

async function sideBySide(part: Part, { round, origin }: { round: number; origin: string }, run: Run): Promise<Measured[]> {
  const lines: Measured[] = []
  for (const client of part.clients.filter((name) => run.takes(name) && isDue(name, round, run))) {
    await inFolder(async (folder) => {
      // Plain fetch has one reader, and always of the size that the gate names.
      const size = client === BASE && part.readers > 1 ? 100 * MB : part.size
      const path = `/large/${size}/${encodeURIComponent(`${client} ${round} ${part.name}`)}`
      const setting = { path, size, readers: client === BASE ? 1 : part.readers, latest: LATEST }
      const job: Job = { task: 'large', client, setting, origin, folder }
      const line = { client, version: versionOf(client), round }
      lines.push(await lineOf({ ...line, measure: `${part.name} cold` }, job, run))
      // Another process: what it reads, it has from the disk.
      if (part.again === 'warm' && !client.startsWith('base'))
        lines.push(await lineOf({ ...line, measure: `${part.name} warm` }, job, run))
    })
  }
  return lines
}
