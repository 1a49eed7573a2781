import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Job, Told } from './job.ts'

/** Milliseconds for one job: a hundred thousand entries are written in far less. */
const LATEST = 15 * 60_000

/** Does one job in a process of its own. */
export async function inProcess(job: Job): Promise<Told> {
  const child = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), {
    env: { ...process.env, HOLDFAST_MODE: 'online' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    timeout: LATEST,
    killSignal: 'SIGKILL',
  })
  const over = once(child, 'exit')
  const told = once(child, 'message').then(([message]) => message as Told)
  child.send(job)
  const first = await Promise.race([told, over])
  const [code, signal] = await over
  if (Array.isArray(first) || code !== 0) throw new Error(`${job.name}: the process ended (${signal ?? code})`)
  return first
}
