import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Mailbox } from './mailbox.ts'

export interface ChildOptions {
  args?: readonly string[]
  /** Added to this process's environment; undefined removes a variable. */
  env?: Readonly<Record<string, string | undefined>>
  cwd?: string
  /** Flags for Node itself, before the file. */
  nodeFlags?: readonly string[]
}

export interface ChildExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** What the process used, from its own `exit` event; undefined if it was killed before it could say. */
  readonly resourceUsage: NodeJS.ResourceUsage | undefined
}

/** A child process that talks to the test. */
export interface Child extends AsyncDisposable {
  readonly pid: number
  /** The next message that the child sent by `process.send`. Rejects if the child ends without one. */
  message<T>(): Promise<T>
  /** The next line of its standard output. Rejects if the child ends without one. */
  line(): Promise<string>
  /** Arrives as a `message` event on the child's `process`. */
  send(message: unknown): void
  /** SIGKILL unless said otherwise; SIGSTOP and SIGCONT work too. */
  kill(signal?: NodeJS.Signals): void
  /** Settles when the process is gone and all of its output is read. Never rejects. */
  readonly exit: Promise<ChildExit>
}

const REPORT = new URL('child-report.ts', import.meta.url).href
const STDIO = ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'] as const

/** Runs a TypeScript file under this very Node, which strips the types. Disposing kills it. */
export function startChild(file: string | URL, options: ChildOptions = {}): Child {
  const flags = [...(options.nodeFlags ?? []), '--import', REPORT]
  const path = file instanceof URL ? fileURLToPath(file) : file
  const child = spawn(process.execPath, [...flags, path, ...(options.args ?? [])], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [...STDIO],
  })
  const messages = new Mailbox<unknown>()
  const lines = new Mailbox<string>()
  child.on('message', (message) => messages.put(message))
  // A message to a child that is gone, or a child that never started: its exit tells the test.
  child.on('error', () => {})
  createInterface({ input: child.stdout as Readable }).on('line', (line) => lines.put(line))
  const exit = exitOf(child)
  void exit.then(({ code, signal, stderr }) => {
    const why = new Error(`the child has ended (code ${code}, signal ${signal}): ${stderr}`)
    messages.close(why)
    lines.close(why)
  })
  return {
    pid: child.pid ?? 0,
    message: <T>() => messages.take() as Promise<T>,
    line: () => lines.take(),
    send: (message) => void child.send(message as object),
    kill: (signal = 'SIGKILL') => void child.kill(signal),
    exit,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exit
    },
  }
}

async function exitOf(child: ChildProcess): Promise<ChildExit> {
  const [stdout, stderr, report] = [textOf(child.stdout), textOf(child.stderr), textOf(child.stdio[4] as Readable)]
  // 'close' and not 'exit': the pipes may still hold output when the process is gone.
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('close', (...how) => resolve(how))
  })
  const said = await report
  const resourceUsage = said === '' ? undefined : (JSON.parse(said) as NodeJS.ResourceUsage)
  return { code, signal, stdout: await stdout, stderr: await stderr, resourceUsage }
}

async function textOf(stream: Readable | null): Promise<string> {
  let text = ''
  stream?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  if (stream) await new Promise((resolve) => stream.once('close', resolve))
  return text
}
