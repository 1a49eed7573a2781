import { setTimeout as pause } from 'node:timers/promises'
import { versionOf } from '../clients/serve.ts'
import type { Line, Scenario } from '../scenario.ts'
import { CALLERS, type Caller } from './politeness/callers.ts'
import { type MovingLimit, startServer } from './politeness/server.ts'

const WORKERS = 50

/** How many requests at a time the server bears, and for how long that is so. */
const PHASES = [
  { bears: 12, ms: 4_000 },
  { bears: 3, ms: 4_000 },
  { bears: 8, ms: 4_000 },
] as const

interface Measured extends Line {
  readonly answered: number
  /** Requests that the server refused. */
  readonly refused: number
  /** Calls that ended without an answer, whatever was tried. */
  readonly failed: number
  readonly seconds: number
}

/** Fifty workers, one server that does not say what it bears, and changes its mind. */
export const politeness: Scenario<Measured> = {
  name: 'politeness',
  question: 'what does it cost a server, and what do its callers get, when nobody knows how much it bears?',
  run: async ({ tell, takes }) => {
    const lines: Measured[] = []
    for (const caller of CALLERS.filter(({ name }) => takes(name))) {
      const line = await measured(caller)
      tell(`${line.client}: ${line.answered} answered, ${line.refused} refused`)
      lines.push(line)
    }
    return lines
  },
  table,
  verdicts: (lines) =>
    lines
      .filter(({ client }) => client.startsWith('holdfast'))
      .map((line) => ({ name: 'politeness: refused for each answer', measured: refusedEach(line), gate: 0.25 })),
}

async function measured(caller: Caller): Promise<Measured> {
  await using server = await startServer()
  await using client = await caller.open()
  const counts = { answered: 0, failed: 0 }
  const since = performance.now()
  const work = phases(server)
  let isOver = false
  void work.then(() => {
    isOver = true
  })
  const worker = async (id: number): Promise<void> => {
    for (let n = 0; !isOver; n++) counts[(await client.ask(`${server.url}/${id}/${n}`)) === 200 ? 'answered' : 'failed'] += 1
  }
  await Promise.all(Array.from({ length: WORKERS }, (_, id) => worker(id)))
  const seconds = (performance.now() - since) / 1_000
  return {
    client: caller.name,
    version: caller.name.startsWith('plain') ? process.version : versionOf('holdfast'),
    ...counts,
    refused: server.refused,
    seconds,
  }
}

async function phases(server: MovingLimit): Promise<void> {
  for (const { bears, ms } of PHASES) {
    server.bears = bears
    await pause(ms)
  }
}

const refusedEach = ({ answered, refused }: Pick<Measured, 'answered' | 'refused'>): number => refused / Math.max(1, answered)

function table(lines: readonly Measured[]): string {
  const head =
    '| 50 workers | answered a second | refused by the server | refused for each answer | calls that failed |\n|---|---:|---:|---:|---:|\n'
  const rows = lines.map(({ client, answered, refused, failed, seconds }) =>
    [client, (answered / seconds).toFixed(0), refused, refusedEach({ answered, refused }).toFixed(2), failed].join(' | '),
  )
  return `${head}${rows.map((row) => `| ${row} |\n`).join('')}`
}
