import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import type { Run } from '../scenario.ts'
import { inFolder } from './rounds.ts'

/** A Redis of its own on a free port, with nothing kept on disk. Undefined where there is none on this machine. */
async function startRedis(folder: string): Promise<(AsyncDisposable & { readonly url: string }) | undefined> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined
  const port = await freePort()
  const words = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] })
  await isReady(child)
  return {
    url: `redis://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      const over = once(child, 'exit')
      child.kill('SIGKILL')
      await over
    },
  }
}

/** What `measure` brings with a Redis of its own; nothing, and a sentence, where there is none on this machine. */
export function withRedis<L>(run: Pick<Run, 'tell'>, measure: (url: string) => Promise<L[]>): Promise<L[]> {
  return inFolder(async (folder) => {
    await using server = await startRedis(folder)
    if (server !== undefined) return await measure(server.url)
    run.tell('There is no redis-server on this machine: left out.')
    return []
  })
}

async function isReady({ stdout }: ChildProcess): Promise<void> {
  if (stdout === null) throw new Error('redis-server has no output')
  const lines = createInterface(stdout)
  for await (const line of lines) if (line.includes('Ready to accept connections')) break
  stdout.resume()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
