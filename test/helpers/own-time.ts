// Time limits that a busy machine does not break: what counts is what this program needed, not how long it was kept from it.

/** Milliseconds that this thread itself works on it, whoever else works meanwhile. */
export function worked(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1_000
}

const TICK = 5
/** A longer pause between two ticks is the machine's, or of one who works without a pause: nobody waits in it. */
const LONGEST = 25

export interface Stopwatch extends Disposable {
  /** Milliseconds so far. */
  ms(): number
}

/** Counts while the event loop goes round, for who asks whether somebody waited: a program that was stopped for seconds has not. */
export function stopwatch(): Stopwatch {
  let [total, last] = [0, performance.now()]
  const ms = (): number => {
    const now = performance.now()
    total += Math.min(now - last, LONGEST)
    last = now
    return total
  }
  const timer = setInterval(ms, TICK)
  return { ms, [Symbol.dispose]: () => clearInterval(timer) }
}
