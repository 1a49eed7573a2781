// Kills a program at work N times, at random moments and before or after every n-th operation of its store, and after each kill lets a
// new process on the same store read everything: `npm run kill-test -- --kills 200`. Further: `--seed 7`, `--store sqlite`, `--lanes 2`,
// `--chain 3` (that chain of twenty kills alone, as it was in a run of the same seed and number of kills).
// Exit 1 when anything was wrong, or a phase had too few kills: the seed that shows it is printed.
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuilt } from './built.ts'
import { seedOf } from './fuzz/chance.ts'
import { aimOf, type Campaign } from './kill-test/aims.ts'
import { Chain, type ChainPlan } from './kill-test/chain.ts'
import { STORE_NAMES, type StoreName } from './kill-test/order.ts'
import { Tally } from './kill-test/tally.ts'

/** Kills on one store, before a new one begins. */
const CHAIN = 20

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    store: { type: 'string', default: 'sqlite' },
    // A life waits for its disk, and for its kill, a third of the time.
    lanes: { type: 'string', default: String(availableParallelism() + 1) },
    chain: { type: 'string' },
  },
})

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new TypeError(`--${option} takes a whole number, got ${JSON.stringify(text)}`)
  return Number(text)
}

function storeName(text: string): StoreName {
  const name = STORE_NAMES.find((one) => one === text)
  if (name === undefined) throw new TypeError(`--store takes ${STORE_NAMES.join(' or ')}, got ${JSON.stringify(text)}`)
  return name
}

const [kills, seed, lanes] = [
  wholeNumber('kills', values.kills),
  wholeNumber('seed', values.seed),
  wholeNumber('lanes', values.lanes),
]
const store = storeName(values.store)
const only = values.chain === undefined ? undefined : wholeNumber('chain', values.chain)
const folder = await mkdtemp(join(tmpdir(), 'kill-test-'))
const tally = new Tally()

function planOf(name: string): ChainPlan {
  return { name, seed: seedOf(name, seed), store, folder: join(folder, name.replace(' ', '-')), cache: join(folder, 'compiled') }
}

/** The first life fills the store. */
async function measured(): Promise<Campaign> {
  await using chain = await Chain.begin(planOf('measure'), tally)
  await chain.measure('with a copy')
  const usual = { daily: await chain.measure('daily'), 'with a copy': await chain.measure('with a copy') }
  return { kills, seed, usual }
}

async function run(number: number, campaign: Campaign): Promise<void> {
  const plan = planOf(`chain ${number}`)
  const before = tally.violations.length
  await using chain = await Chain.begin(plan, tally)
  for (let index = number * CHAIN; index < Math.min(kills, (number + 1) * CHAIN); index++)
    await chain.kill(aimOf(index, campaign))
  await chain.end()
  if (tally.violations.length === before) await rm(plan.folder, { recursive: true })
}

const startedAt = performance.now()
ensureBuilt()
console.log(`kill-test: ${kills} kills over ${store}, seed ${seed}`)
const campaign = await measured()
const waiting = only === undefined ? Array.from({ length: Math.ceil(kills / CHAIN) }, (_, n) => n) : [only]
async function lane(): Promise<void> {
  for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) await run(number, campaign)
}
await Promise.all(Array.from({ length: lanes }, lane))

const { counts, recoveryMs, scenarioMs } = campaign.usual.daily
console.log(tally.table())
console.log(
  `a life unkilled: ${Math.round(recoveryMs)} ms until it had looked at everything, ${Math.round(scenarioMs)} ms of work in ${counts.store} store and ${counts.file} file operations`,
)
console.log(`${Math.round((performance.now() - startedAt) / 1000)} s`)
const shortfalls = only === undefined ? tally.shortfalls() : []
for (const what of [...tally.violations, ...shortfalls]) console.log(`VIOLATION: ${what}`)
if (tally.violations.length + shortfalls.length === 0) await rm(folder, { recursive: true })
else {
  process.exitCode = 1
  console.log(
    `Again: npm run kill-test -- --kills ${kills} --seed ${seed} --store ${store} --chain <number>. Diaries and stores: ${folder}`,
  )
}
