import { versionOf } from '../caches/roster.ts'
import type { Facts, Setting, Told } from '../measure/job.ts'
import type { Measured } from '../measure/measured.ts'
import { seen, startOrigin } from '../measure/origin.ts'
import { inProcess } from '../measure/processes.ts'
import { inFolder } from '../measure/rounds.ts'
import { figures } from '../measure/table.ts'
import { judged, type Target, verdicts } from '../measure/target.ts'
import type { Scenario } from '../scenario.ts'

const CLIENTS = ['holdfast:sqlite', 'holdfast:memory+sqlite', 'undici-cache:sqlite']
const COUNTS = [1, 4, 8]
/** The number of URLs is prime, so that every process has an order of its own. */
const URLS = 211
const PASSES = 4

const nameOf = (count: number): string => `${count} processes`
const at = (fact: string): Pick<Target, 'client' | 'measure' | 'fact'> => ({
  client: 'holdfast:sqlite',
  measure: nameOf(8),
  fact,
})
const TARGETS: readonly Target[] = [
  { name: '8 processes on one SQLite file: origin calls per URL', ...at('asked'), gate: 1.05 },
  { name: '8 processes on one SQLite file: wrong or failed', ...at('bad'), gate: 0 },
]

export const processes: Scenario<Measured> = {
  name: 'processes',
  question: 'several processes on one SQLite file read the same places: how often is the origin asked?',
  run: async (run) => {
    await using origin = await startOrigin()
    const lines: Measured[] = []
    for (let round = 1; round <= (run.rounds ?? 2); round++) {
      for (const count of COUNTS) {
        for (const client of CLIENTS.filter(run.takes)) {
          const setting = {
            prefix: encodeURIComponent(`${client}-${count}-${round}`),
            urls: URLS,
            passes: PASSES,
            latest: 120_000,
          }
          const facts = await beside({ client, count, origin: origin.url, setting })
          if (facts.first !== '') run.tell(`${client}, ${nameOf(count)}: ${facts.first}`)
          lines.push({ client, version: versionOf(client), measure: nameOf(count), round, facts })
        }
      }
      run.tell(`round ${round}`)
    }
    return lines
  },
  table: (lines) => [...judged(lines, TARGETS), '', ...tableOf(lines), ''].join('\n'),
  verdicts: (lines) => verdicts(lines, TARGETS),
}

async function beside(what: { client: string; count: number; origin: string; setting: Setting }): Promise<Facts> {
  const { client, count, origin, setting } = what
  const startedAt = performance.now()
  const told = await inFolder((folder) =>
    Promise.all(
      Array.from({ length: count }, (_, number) =>
        inProcess({ task: 'share', client, origin, folder, setting: { ...setting, number } }),
      ),
    ),
  )
  const s = (performance.now() - startedAt) / 1000
  const urls = Array.from({ length: URLS }, (_, number) => `${origin}/json/1024/${setting.prefix}-${number}`)
  const asked = (await Promise.all(urls.map(seen))).reduce((sum, { requests }) => sum + requests, 0) / URLS
  const cpu = sumOf(told, 'cpu') / count
  const first = told.map((one) => ('facts' in one ? String(one.facts.first) : one.error)).find((words) => words !== '') ?? ''
  return { s, asked, cpu, first, bad: sumOf(told, 'wrong') + sumOf(told, 'failed') + told.filter((one) => 'error' in one).length }
}

function sumOf(told: readonly Told[], fact: string): number {
  return told.reduce((sum, one) => sum + ('facts' in one ? Number(one.facts[fact]) : 0), 0)
}

function tableOf(lines: readonly Measured[]): string[] {
  const columns = COUNTS.flatMap((count) => {
    const measure = nameOf(count)
    return [
      { title: `${measure}: s`, measure, fact: 's' },
      { title: 'origin calls per URL', measure, fact: 'asked' },
      { title: 'CPU µs a call', measure, fact: 'cpu' },
      { title: 'wrong or failed', measure, fact: 'bad' },
    ]
  })
  return [...figures(lines, columns), '', `Each process reads ${URLS} URLs ${PASSES} times, 8 at once, in an order of its own.`]
}
