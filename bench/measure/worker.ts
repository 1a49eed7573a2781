// One measurement in a process of its own: what another one left in memory, or taught the compiler, is not in the figures.
import { taskOf } from '../tasks/roster.ts'
import type { Job, Told } from './job.ts'

process.once('message', (job: Job) => {
  void done(job).then((told) => {
    // Pools of the clients may hold the process; what was asked is done.
    process.send?.(told, () => process.exit())
  })
})

async function done(job: Job): Promise<Told> {
  try {
    const task = await taskOf(job.task)
    return { facts: await task(job) }
  } catch (error) {
    return { error: inWords(error) }
  }
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined
    ? `${error.name}: ${error.message}`
    : `${error.name}: ${error.message} (${inWords(error.cause)})`
}
