import { writeFile } from 'node:fs/promises'
import { type Child, startChild } from '../../test/helpers/child.ts'
import type { Aim } from './aims.ts'
import type { Counts, Order, Seen, Told } from './order.ts'

const LIFE = new URL('./life.ts', import.meta.url)

/** Milliseconds within which a life has looked at everything, and then has come to its end: far above what either takes. */
const STUCK = 30_000

/** Short lives with large bodies: collecting garbage would take a tenth of each. */
const FLAGS = ['--max-semi-space-size=64']

/** What became of one life. */
export interface Lifetime {
  /** Where it was not killed at work: what all of it came to. */
  readonly counts: Counts | undefined
  readonly recoveryMs: number
  readonly scenarioMs: number
  /** It hung, or ended by itself. */
  readonly faults: readonly string[]
}

const pause = (ms: number): Promise<'late'> => new Promise((resolve) => setTimeout(resolve, ms, 'late'))

/** What it says next; undefined once it is dead, 'late' where it says nothing. */
async function next(child: Child, limit: number): Promise<Told | undefined | 'late'> {
  const timer = new AbortController()
  const late = new Promise<'late'>((resolve) => {
    const id = setTimeout(resolve, limit, 'late')
    timer.signal.addEventListener('abort', () => clearTimeout(id))
  })
  try {
    return await Promise.race([child.message<Told>().catch(() => undefined), late])
  } finally {
    timer.abort()
  }
}

export interface Fate {
  readonly aim: Aim
  /** Where Node keeps what it compiled. */
  readonly cache: string
  /** Before it goes to work. */
  readonly recovered: (seen: Seen) => void
}

/** Runs one life to its death. */
export async function live(order: Order, { aim, cache, recovered }: Fate): Promise<Lifetime> {
  const startedAt = performance.now()
  // It may be killed before it writes anything.
  await writeFile(order.diary, '')
  await using child = startChild(LIFE, { args: [JSON.stringify(order)], env: { NODE_COMPILE_CACHE: cache }, nodeFlags: FLAGS })
  const killAfter = (ms: number): void => void pause(ms).then(() => child.kill('SIGKILL'))
  if (aim.from === 'recovery' && aim.afterMs !== undefined) killAfter(aim.afterMs)
  const first = await next(child, STUCK)
  const recoveredAt = performance.now()
  let second: Awaited<ReturnType<typeof next>>
  if (typeof first === 'object' && first.name === 'recovered') {
    recovered(first.seen)
    child.send('go')
    if (aim.from === 'scenario' && aim.afterMs !== undefined) killAfter(aim.afterMs)
    second = await next(child, STUCK)
  }
  const overAt = performance.now()
  child.kill('SIGKILL')
  const { signal, code, stderr } = await child.exit
  const faults = []
  if (first === 'late' || second === 'late') faults.push(`stuck: nothing came of it within ${STUCK} ms`)
  if (signal !== 'SIGKILL') faults.push(`it ended by itself, code ${code}: ${stderr}`)
  return {
    counts: typeof second === 'object' && second.name === 'over' ? second.counts : undefined,
    recoveryMs: recoveredAt - startedAt,
    scenarioMs: overAt - recoveredAt,
    faults,
  }
}
