// Kills a downloading process N times at random moments, and after each kill lets a new process on the same SQLite file read
// everything: `npm run soak` (100 kills), `npm run soak -- 30`, `npm run soak -- 30 7` (the seed of the plan).
// Exit 1 when one body was wrong, or one process did not come to its end.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, startChild } from '../../test/helpers/child.ts'
import { startOrigin } from '../../test/helpers/origin/index.ts'
import { Library } from './library.ts'
import { Tally } from './tally.ts'
import type { Told } from './told.ts'

const CLIENT = new URL('./client.ts', import.meta.url)
/** Milliseconds. A lease runs out after 3 s, and every address is here within some seconds: far above both. */
const STUCK = 60_000
const LATEST_KILL = 2_000
const STUCK_ROW = 'STUCK: a process that did not come to its end'

/** Scatters like chance, the same for the same seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const after = (ms: number): Promise<'late'> => new Promise((resolve) => setTimeout(resolve, ms, 'late').unref())

async function aClient(file: string): Promise<Child> {
  const child = startChild(CLIENT, { args: [file] })
  await child.message()
  return child
}

/** Lets a client read everything. */
async function reads(child: Child, library: Library, tally: Tally): Promise<void> {
  const startedAt = performance.now()
  const late = after(STUCK)
  child.send(library.urls)
  for (;;) {
    const told = await Promise.race([child.message<Told | 'done'>(), late])
    if (told === 'late') return tally.count(STUCK_ROW)
    if (told === 'done') break
    tally.take(told)
  }
  tally.took(performance.now() - startedAt)
}

/** A client in mid-download is killed, in every second round with another one at work beside it; then a new one reads everything. */
async function round(
  n: number,
  file: string,
  { library, tally, random }: { library: Library; tally: Tally; random: () => number },
) {
  library.change()
  await using victim = await aClient(file)
  await using neighbour = n % 2 === 0 ? await aClient(file) : undefined
  victim.send(library.urls)
  const beside = neighbour === undefined ? undefined : reads(neighbour, library, tally)
  await after(random() * LATEST_KILL)
  victim.kill('SIGKILL')
  await victim.exit
  tally.count('kills')
  await beside
  await using reader = await aClient(file)
  await reads(reader, library, tally)
}

const [kills = 100, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number)
const folder = await mkdtemp(join(tmpdir(), 'soak-'))
const random = chance(seed)
const origin = await startOrigin()
const library = new Library(origin, random)
const tally = new Tally(library)
try {
  for (let n = 1; n <= kills; n++) await round(n, join(folder, 'cache.db'), { library, tally, random })
} finally {
  origin.kill()
  await origin.close()
  await rm(folder, { recursive: true, force: true })
}
console.log(`soak: ${kills} kills, seed ${seed}\n${tally.table()}`)
for (const wrong of tally.wrong) console.log(`wrong body, ${wrong}`)
process.exitCode = tally.wrong.length > 0 || tally.of(STUCK_ROW) > 0 ? 1 : 0
