import assert from 'node:assert/strict'
import { assertBytes, type Bench, bytesOf, type ContractCase } from './bench.ts'
import { HolderProcess } from './holder.ts'

/** Long enough to be granted and stopped in, short enough to wait for. Milliseconds. */
const WHILE = 200

async function refusesTheStoppedHolder({ store, runner, key, until }: Bench): Promise<void> {
  if (runner.holder === undefined) return
  const holder = await HolderProcess.start(runner.holder)
  try {
    const since = performance.now()
    await holder.take(key('lease'), WHILE)
    holder.stop()
    const early = await store.lease?.(key('lease'), 60_000)
    // On a busy machine the end may have come before the question did.
    const isOver = performance.now() - since >= WHILE
    assert.ok(early === undefined || isOver, 'a stopped process holds its lease until the end of it')
    const next = early ?? (await until('another takes over', async () => store.lease?.(key('lease'), 60_000)))
    await store.set(key('a'), bytesOf(1), { fence: next })
    assert.equal(await holder.continueAndWrite(key('a'), 9), 'FENCED')
    assertBytes(await store.get(key('a')), bytesOf(1), 'what the new holder wrote')
  } finally {
    await holder.end()
  }
}

export const stoppedCases: readonly ContractCase[] = [
  { name: 'a lease holder that was stopped (SIGSTOP) wakes up too late: its write is refused', run: refusesTheStoppedHolder },
]
