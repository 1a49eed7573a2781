import { fileURLToPath } from 'node:url'
import { versionOf } from '../clients/serve.ts'
import type { Measured } from '../measure/measured.ts'
import { inFolder } from '../measure/rounds.ts'
import { figures } from '../measure/table.ts'
import { judged, type Target, verdicts } from '../measure/target.ts'
import type { Run, Scenario } from '../scenario.ts'
import { imported } from './startup/imported.ts'
import { installed } from './startup/installed.ts'

const BENCH = fileURLToPath(new URL('..', import.meta.url))
const NOTHING = 'base: nothing'
const OURS = 'holdfast'

/** What a program imports to have the client. */
const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  [NOTHING]: [],
  holdfast: ['holdfast'],
  'holdfast, memory': ['holdfast', 'holdfast/memory'],
  'holdfast, memory and SQLite': ['holdfast', 'holdfast/memory', 'holdfast/sqlite'],
  'base: node:http': ['node:http'],
  undici: ['undici'],
  '@cacheable/net': ['@cacheable/net'],
  cacheable: ['cacheable'],
  'node-fetch-cache': ['node-fetch-cache'],
  'axios-cache-interceptor': ['axios', 'axios-cache-interceptor'],
  got: ['got'],
  'make-fetch-happen': ['make-fetch-happen'],
  bentocache: ['bentocache'],
  'lru-cache': ['lru-cache'],
}

const IMPORT = 'import'
const INSTALL = 'install'
const importing = (fact: string): Pick<Target, 'client' | 'measure' | 'fact'> => ({ client: OURS, measure: IMPORT, fact })
const TARGETS: readonly Target[] = [
  { name: 'import', ...importing('ms'), gate: 20, stretch: 10, unit: ' ms', tells: 'machine' },
  { name: 'import, CPU', ...importing('cpu'), gate: 20, stretch: 10, unit: ' ms', tells: 'machine' },
  { name: 'import, RSS over nothing', ...importing('over'), gate: 8, stretch: 5, unit: ' MB' },
  { name: 'install, packages', client: OURS, measure: INSTALL, fact: 'packages', gate: 10, stretch: 6 },
  { name: 'install, MB', client: OURS, measure: INSTALL, fact: 'mb', gate: 3, stretch: 1.5, unit: ' MB' },
]

export const startup: Scenario<Measured> = {
  name: 'startup',
  question: 'what does it cost to import, and to install?',
  run: async (run) => {
    const rounds = run.rounds ?? 5
    const lines: Measured[] = []
    for (let round = 1; round <= rounds; round++) lines.push(...(await inRound(round, run)))
    return [...lines, await installing(run)]
  },
  table: (lines) => [...judged(lines, TARGETS), '', ...tableOf(lines), ''].join('\n'),
  verdicts: (lines) => verdicts(lines, TARGETS),
}

async function inRound(round: number, run: Run): Promise<Measured[]> {
  const lines: Measured[] = []
  let nothing = Number.NaN
  for (const [client, packages] of Object.entries(IMPORTS).filter(([name]) => run.takes(name))) {
    const facts = await imported(packages, BENCH)
    if (client === NOTHING) nothing = Number(facts.rss)
    const version = client.startsWith('base') ? process.versions.node : versionOf(nameOf(packages))
    lines.push({ client, version, measure: IMPORT, round, facts: { ...facts, over: Number(facts.rss) - nothing } })
  }
  return lines
}

/** Needs the registry, or npm's own cache of it. */
async function installing({ tell }: Run): Promise<Measured> {
  const line = { client: OURS, version: versionOf('holdfast'), measure: INSTALL, round: 1 }
  try {
    return { ...line, facts: await inFolder(installed) }
  } catch (error) {
    const { message } = error as Error
    tell(`install: ${message}`)
    return { ...line, facts: {}, error: message }
  }
}

function tableOf(lines: readonly Measured[]): string[] {
  return figures(
    lines.filter(({ measure }) => measure === IMPORT),
    [
      { title: 'import ms', measure: IMPORT, fact: 'ms' },
      { title: 'CPU ms', measure: IMPORT, fact: 'cpu', base: 'cacheable' },
      { title: 'peak RSS MB', measure: IMPORT, fact: 'rss' },
      { title: 'over nothing', measure: IMPORT, fact: 'over' },
    ],
  )
}

/** `@scope/name` and `name`, without what follows of a path. */
function nameOf(packages: readonly string[]): string {
  const parts = packages.at(-1)?.split('/') ?? []
  return parts[0]?.startsWith('@') ? `${parts[0]}/${parts[1]}` : `${parts[0]}`
}
