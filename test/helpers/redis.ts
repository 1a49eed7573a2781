import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { absent } from './absent.ts'

/** A redis-server of a test's own. Disposing kills it and removes its folder. */
export interface RedisServer extends AsyncDisposable {
  /** `redis://127.0.0.1:<port>`. */
  readonly url: string
  readonly port: number
  readonly folder: string
  /** Words to redis-cli, and what it answers. */
  cli(...words: string[]): string
  /** Stopped and started: the address and the folder stay. Without a snapshot it comes back empty. */
  stop(): Promise<void>
  start(extra?: readonly string[]): Promise<void>
  /** SIGSTOP: it takes connections and answers nothing. */
  freeze(): void
  thaw(): void
}

const PATIENCE = 60_000

const NOTHING_KEPT = ['--save', '', '--appendonly', 'no', '--repl-diskless-sync-delay', '0']

/** Whether there is a redis-server. @throws Error as {@link absent}. */
export function hasRedis(): boolean {
  if (spawnSync('redis-server', ['--version']).status === 0) return true
  absent('There is no redis-server on this machine (Debian: apt install redis-server)', 'the tests over Redis')
  return false
}

/** Starts one on a free port of loopback, with nothing kept on disk. `settings` are words of redis-server's command line. */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-redis-'))
  const port = await freePort()
  const base = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, ...NOTHING_KEPT]
  let child: ChildProcess
  const start = async (extra: readonly string[] = []): Promise<void> => {
    child = await running([...base, ...settings, ...extra])
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    start,
    stop,
    cli: (...words) => cli(port, words),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A sentinel that knows `primary` by the name `mine`. */
export async function startSentinel(primary: RedisServer): Promise<{ port: number } & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-sentinel-'))
  const port = await freePort()
  const file = join(folder, 'sentinel.conf')
  // It writes into its file what it learns.
  writeFileSync(file, `bind 127.0.0.1\nport ${port}\ndir ${folder}\nsentinel monitor mine 127.0.0.1 ${primary.port} 1\n`)
  const child = await running([file, '--sentinel'])
  return {
    port,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Three primaries without replicas, with a third of the slots each. Their URLs are the root nodes of one cluster. */
export async function startCluster(): Promise<{ nodes: readonly RedisServer[] } & AsyncDisposable> {
  const nodes = await Promise.all(
    [0, 1, 2].map(async () => {
      const bus = await freePort()
      return startRedis(['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-port', `${bus}`])
    }),
  )
  const [first] = nodes as [RedisServer]
  const shares = [
    [0, 5461],
    [5462, 10922],
    [10923, 16383],
  ] as const
  for (const [n, node] of nodes.entries()) {
    node.cli('CLUSTER', 'ADDSLOTSRANGE', ...(shares[n] as readonly number[]).map(String))
    node.cli('CLUSTER', 'SET-CONFIG-EPOCH', `${n + 1}`)
  }
  for (const node of nodes.slice(1)) {
    const bus = /cluster-port\n(\d+)/.exec(node.cli('CONFIG', 'GET', 'cluster-port'))?.[1] ?? ''
    first.cli('CLUSTER', 'MEET', '127.0.0.1', `${node.port}`, bus)
  }
  await until(() => nodes.every((node) => node.cli('CLUSTER', 'INFO').includes('cluster_state:ok')))
  return {
    nodes,
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))
    },
  }
}

/** Asks again and again. */
export async function until(probe: () => Promise<boolean> | boolean, ms: number = PATIENCE): Promise<void> {
  const end = performance.now() + ms
  while (!(await probe())) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${String(probe)}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function cli(port: number, words: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync('redis-cli', ['-p', `${port}`, ...words], { encoding: 'utf8', timeout: PATIENCE })
  if (status !== 0 || stdout.startsWith('ERR')) throw new Error(`redis-cli ${words.join(' ')}: ${stdout}${stderr}`)
  return stdout.trimEnd()
}

async function running(words: readonly string[]): Promise<ChildProcess> {
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'pipe'] })
  // A worker that ends in the middle of a test leaves no server behind.
  const end = (): void => void child.kill('SIGKILL')
  process.on('exit', end)
  child.on('exit', () => process.off('exit', end))
  const said: string[] = []
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', () => reject(new Error(`redis-server ended:\n${said.join('\n')}`)))
    createInterface({ input: child.stdout as Readable }).on('line', (line) => {
      said.push(line)
      if (/ready to accept connections|\+monitor master/i.test(line)) resolve()
    })
  })
  return child
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
