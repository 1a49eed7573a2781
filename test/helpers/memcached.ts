import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { absent } from './absent.ts'
import { freePort, until } from './redis.ts'

/** A memcached of a test's own. Disposing kills it. */
export interface Memcached extends AsyncDisposable {
  /** `127.0.0.1:<port>`. */
  readonly address: string
  /** SIGKILL: what it had is gone. */
  stop(): Promise<void>
}

/** Whether there is a memcached. @throws Error as {@link absent}. */
export function hasMemcached(): boolean {
  if (spawnSync('memcached', ['--version']).status === 0) return true
  absent('There is no memcached on this machine (Debian: apt install memcached)', 'the tests over it')
  return false
}

/** Starts one on a free port of loopback. `settings` are words of memcached's command line. */
export async function startMemcached(settings: readonly string[] = []): Promise<Memcached> {
  const port = await freePort()
  // Root has to say as whom it runs; anybody else is not asked.
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : []
  const child = spawn('memcached', ['-l', '127.0.0.1', '-p', `${port}`, ...user, ...settings], { stdio: 'ignore' })
  const end = (): void => void child.kill('SIGKILL')
  process.on('exit', end)
  child.on('exit', () => process.off('exit', end))
  await until(() => answers(port))
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  return { address: `127.0.0.1:${port}`, stop, [Symbol.asyncDispose]: stop }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => resolve(false))
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
