/** Milliseconds in which the code is compiled before anything counts. */
const WARM_UP = 200

export interface Sampling {
  /** Milliseconds that the measurement takes. */
  readonly ms: number
  /** Calls between two looks at the clock. Default 1; more where a call is not much longer than a look. */
  readonly batch?: number
}

/** Microseconds of one call: the one in the middle, the one of a hundred, and what it takes of a processor, which neighbours change least. */
export async function latency(
  call: () => Promise<unknown>,
  { ms, batch = 1 }: Sampling,
): Promise<{ p50: number; p99: number; cpu: number }> {
  await during(call, WARM_UP, batch)
  const samples: number[] = []
  const cpu = process.cpuUsage()
  const end = performance.now() + ms
  for (let before = performance.now(); before < end; ) {
    for (let left = batch; left > 0; left--) await call()
    const after = performance.now()
    samples.push((after - before) / batch)
    before = after
  }
  const { user, system } = process.cpuUsage(cpu)
  const each = (user + system) / (samples.length * batch)
  samples.sort((a, b) => a - b)
  const at = (share: number): number => 1000 * (samples[Math.floor(samples.length * share)] ?? Number.NaN)
  return { p50: at(0.5), p99: at(0.99), cpu: each }
}

/** Microseconds of processor time for one call, of all threads: collections are in it, which a p50 hides. */
export async function processorTime(
  call: () => Promise<unknown>,
  { ms, batch = 1 }: Sampling,
): Promise<{ cpu: number; calls: number }> {
  await during(call, WARM_UP, batch)
  const before = process.cpuUsage()
  const calls = await during(call, ms, batch)
  const { user, system } = process.cpuUsage(before)
  return { cpu: (user + system) / calls, calls }
}

const COUNTED = 3_000

/** Bytes that a call leaves on the heap and beside it, after a collection. */
export async function held(call: () => Promise<unknown>): Promise<number> {
  for (let left = COUNTED; left > 0; left--) await call()
  const before = await standing()
  for (let left = COUNTED; left > 0; left--) await call()
  return ((await standing()) - before) / COUNTED
}

/** Bytes of the heap and beside it, after a collection. */
export async function standing(): Promise<number> {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('the process was started without --expose-gc')
  // What waits for a turn of the event loop is let go in between.
  for (let left = 3; left > 0; left--) {
    gc()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function during(call: () => Promise<unknown>, ms: number, batch: number): Promise<number> {
  const end = performance.now() + ms
  let calls = 0
  while (performance.now() < end) {
    for (let left = batch; left > 0; left--) await call()
    calls += batch
  }
  return calls
}
