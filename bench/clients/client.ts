import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Hello, Job, Told } from './job.ts'

/** Milliseconds for one download: far above what six tries with short delays take. */
const LATEST = 60_000

/** One client in a process and an empty folder of its own. A process that dies or hangs is an error, and the next job gets a new one. */
export class Client implements AsyncDisposable {
  readonly #program: URL
  readonly #folder: string
  #child: ChildProcess | undefined
  version = ''

  private constructor(program: URL, folder: string) {
    this.#program = program
    this.#folder = folder
  }

  static async start(program: URL): Promise<Client> {
    const client = new Client(program, await mkdtemp(join(tmpdir(), 'holdfast-bench-')))
    await client.#running()
    return client
  }

  async download(job: Job): Promise<Told> {
    const child = await this.#running()
    const answer = heard(child)
    child.send(job)
    const told = await answer
    if (typeof told === 'object') return told as Told
    this.#end()
    return { error: told }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #running(): Promise<ChildProcess> {
    if (this.#child?.connected) return this.#child
    const env = { ...process.env, HOLDFAST_DIR: this.#folder, HOLDFAST_MODE: 'online' }
    const child = fork(fileURLToPath(this.#program), { cwd: this.#folder, env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const hello = await heard(child)
    if (typeof hello === 'string') throw new Error(`${this.#program.pathname}: ${hello}`)
    this.version = (hello as Hello).version
    this.#child = child
    return child
  }

  #end(): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }
}

/** The next message of a child, or in a word why there is none. */
async function heard(child: ChildProcess): Promise<object | string> {
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(), LATEST)
  const { signal } = over
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as object),
      once(child, 'exit', { signal }).then(([code]) => `the process ended (${code})`),
    ])
  } catch (error) {
    if (!signal.aborted) throw error
    return `no end within ${LATEST / 1000} s`
  } finally {
    clearTimeout(timer)
    over.abort()
  }
}
