import { existsSync, openSync, readSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** What some work cost its process. Times in milliseconds, memory in bytes. */
export interface Cost {
  readonly wall: number
  /** Of all threads. */
  readonly cpu: number
  /** The longest time on the processor of the thread that runs the event loop, from one timer of it to the next: what is ours of a delay. */
  readonly slice: number
  /**
   * The same with the time that it slept in between, for a disk or for V8's helper threads, and without that in which it waited for a
   * processor; undefined where the system does not say.
   */
  readonly held: number | undefined
  /** Of the event loop, as those see it who wait: the neighbours' share of the machine is in it. */
  readonly delay: { readonly p99: number; readonly longest: number }
  /** The most that the process ever had, over what it had before the work. */
  readonly memory: number
}

/** Milliseconds between two looks, when nothing is in the way: by as much `slice`, `held` and `delay` may be too high. */
const LOOK_EVERY = 1

export async function gauged<T>(work: () => Promise<T>): Promise<{ cost: Cost; value: T }> {
  const delay = monitorEventLoopDelay({ resolution: LOOK_EVERY })
  const watch = new SliceWatch()
  const looking = setInterval(() => watch.look(), LOOK_EVERY)
  const before = { memory: process.memoryUsage.rss(), cpu: process.cpuUsage(), wall: performance.now() }
  delay.enable()
  try {
    const value = await work()
    const wall = performance.now() - before.wall
    const { user, system } = process.cpuUsage(before.cpu)
    watch.look()
    // Its own timer sees what came last only when it fires.
    await new Promise((resolve) => setTimeout(resolve, 2 * LOOK_EVERY))
    const memory = Math.max(process.resourceUsage().maxRSS * 1024 - before.memory, 0)
    const delays = { p99: delay.percentile(99) / 1e6, longest: delay.max / 1e6 }
    const { slice, held } = watch
    return { cost: { wall, cpu: (user + system) / 1000, slice, held, delay: delays, memory }, value }
  } finally {
    delay.disable()
    clearInterval(looking)
  }
}

/** Where the time of the event loop's thread goes between two looks. */
class SliceWatch {
  slice = 0
  held: number | undefined
  #last: Times = timesNow()

  look(): void {
    const now = timesNow()
    this.slice = Math.max(this.slice, now.cpu - this.#last.cpu)
    if (now.queued !== undefined && this.#last.queued !== undefined)
      this.held = Math.max(this.held ?? 0, now.wall - this.#last.wall - (now.queued - this.#last.queued))
    this.#last = now
  }
}

interface Times {
  readonly wall: number
  readonly cpu: number
  /** Ready to run, and without a processor. */
  readonly queued: number | undefined
}

function timesNow(): Times {
  const { user, system } = process.threadCpuUsage()
  return { wall: performance.now(), cpu: (user + system) / 1000, queued: queued() }
}

/** Linux's account of the process's first thread: nanoseconds on a processor, nanoseconds waiting for one, turns. */
const ACCOUNT = '/proc/self/schedstat'
const account = existsSync(ACCOUNT) ? openSync(ACCOUNT, 'r') : undefined
const read = Buffer.alloc(128)

function queued(): number | undefined {
  if (account === undefined) return undefined
  const length = readSync(account, read, 0, read.length, 0)
  return Number(read.toString('latin1', 0, length).split(' ')[1]) / 1e6
}
