import { monitorEventLoopDelay } from 'node:perf_hooks'

/** What some work cost its process. Times in milliseconds, memory in bytes. */
export interface Cost {
  readonly wall: number
  /** Of all threads. */
  readonly cpu: number
  /** The longest time on the processor of the thread that runs the event loop, from one timer of it to the next: what is ours of a delay. */
  readonly slice: number
  /** Of the event loop, as those see it who wait: the neighbours' share of the machine is in it. */
  readonly delay: { readonly p99: number; readonly longest: number }
  /** The most that the process ever had, over what it had before the work. */
  readonly memory: number
}

/** Milliseconds between two looks, when nothing is in the way: by as much `slice` and `delay` may be too high. */
const LOOK_EVERY = 1

export async function gauged<T>(work: () => Promise<T>): Promise<{ cost: Cost; value: T }> {
  const delay = monitorEventLoopDelay({ resolution: LOOK_EVERY })
  let last = threadTime()
  let slice = 0
  const look = (): void => {
    const now = threadTime()
    slice = Math.max(slice, now - last)
    last = now
  }
  const looking = setInterval(look, LOOK_EVERY)
  const before = { memory: process.memoryUsage.rss(), cpu: process.cpuUsage(), wall: performance.now() }
  delay.enable()
  try {
    const value = await work()
    const wall = performance.now() - before.wall
    const { user, system } = process.cpuUsage(before.cpu)
    look()
    // Its own timer sees what came last only when it fires.
    await new Promise((resolve) => setTimeout(resolve, 2 * LOOK_EVERY))
    const memory = Math.max(process.resourceUsage().maxRSS * 1024 - before.memory, 0)
    const delays = { p99: delay.percentile(99) / 1e6, longest: delay.max / 1e6 }
    return { cost: { wall, cpu: (user + system) / 1000, slice, delay: delays, memory }, value }
  } finally {
    delay.disable()
    clearInterval(looking)
  }
}

function threadTime(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
