import { versionOf } from '../caches/roster.ts'
import type { Measured } from '../measure/measured.ts'
import { startOrigin } from '../measure/origin.ts'
import { inRounds, type Measure } from '../measure/rounds.ts'
import { figures } from '../measure/table.ts'
import { judged, overBase, type Target, verdicts } from '../measure/target.ts'
import type { Scenario } from '../scenario.ts'

const SIZE = 64 * 2 ** 20
const BASE = 'by-hand:resume'
/** Delays of a millisecond, as with undici: the question is what resuming costs, not how politely it waits. */
const OURS = 'holdfast:folder~eager'
const CLIENTS = [
  BASE,
  OURS,
  'holdfast:sqlite~eager',
  'holdfast:folder',
  'undici-cache:retry',
  'node-fetch-cache:memory',
  'make-fetch-happen:disk',
]
const NAME = 'cut'

const over = overBase(OURS, BASE)
const TARGETS: readonly Target[] = [
  { name: 'cut 3 times, 64 MB, folder, bytes sent / size', client: OURS, measure: NAME, fact: 'sent', gate: 1.01 },
  { name: 'cut 3 times, 64 MB, folder, time', ...over(NAME, 's'), gate: 2, stretch: 1.5 },
  {
    name: 'cut 3 times, 64 MB, SQLite, bytes sent / size',
    client: 'holdfast:sqlite~eager',
    measure: NAME,
    fact: 'sent',
    gate: 1.01,
  },
  { name: 'cut 3 times, 64 MB, SQLite, time', ...over(NAME, 's'), client: 'holdfast:sqlite~eager', gate: 2, stretch: 1.5 },
]

export const cut: Scenario<Measured> = {
  name: 'cut',
  question: 'a download of 64 MB breaks three times: does it arrive, and what is sent twice?',
  run: async (run) => {
    await using origin = await startOrigin()
    const rounds = run.rounds ?? 3
    const lines: Measured[] = []
    for (let round = 1; round <= rounds; round++) {
      // A path for each: the origin counts by path.
      const measures = CLIENTS.map((client): Measure => {
        const path = `/cut/${SIZE}/${encodeURIComponent(`${client} ${round}`)}`
        return { name: NAME, task: 'cut', setting: { path, size: SIZE }, clients: [client] }
      })
      const once = await inRounds({ measures, versionOf, origin: origin.url, rounds: 1 }, { ...run, rounds: 1 })
      lines.push(...once.map((line) => ({ ...line, round })))
    }
    return lines
  },
  table: (lines) => [...judged(lines, TARGETS), '', ...tableOf(lines), ''].join('\n'),
  verdicts: (lines) => verdicts(lines, TARGETS),
}

function tableOf(lines: readonly Measured[]): string[] {
  return figures(
    lines,
    [
      { title: 's', measure: NAME, fact: 's', base: BASE },
      { title: 'CPU s', measure: NAME, fact: 'cpu', base: BASE },
      { title: 'requests', measure: NAME, fact: 'requests' },
      { title: 'bytes sent / size', measure: NAME, fact: 'sent' },
    ],
    [{ title: 'result', fact: 'body', right: 'exact' }],
  )
}
