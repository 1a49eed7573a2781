import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Job, Told } from './job.ts'

/** Milliseconds for one measurement, unless the setting has others (`latest`). */
const LATEST = 60_000

/** Types are stripped once and kept, so that the stripper is not in the memory of a process that is measured. */
const COMPILED = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url))

/** Does one job in a process of its own. One that dies or hangs is an error in words. */
export async function inProcess(job: Job): Promise<Told> {
  const { latest = LATEST } = job.setting
  const child = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), {
    cwd: job.folder,
    env: { ...process.env, HOLDFAST_MODE: 'online', NODE_COMPILE_CACHE: COMPILED },
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: Number(latest),
    killSignal: 'SIGKILL',
  })
  // Warnings of a client are its own; only the end of them is told, where it fails.
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-600)
  })
  const over = once(child, 'exit')
  const told = once(child, 'message').then(([message]) => message as Told)
  child.send(job)
  const first = await Promise.race([told, over])
  const [code, signal] = await over
  if (!Array.isArray(first)) return first
  return { error: `the process ended (${signal ?? code}) ${said}` }
}
