import net, { type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { absent } from './absent.ts'

/** A loopback port to which a connection neither opens nor fails: for connect timeouts. */
export interface ConnectHole extends AsyncDisposable {
  readonly port: number
  url(path: string): string
}

// A listener that never accepts, because its thread sleeps. The system opens connections until the backlog is full and
// then leaves the next ones without an answer. A blackhole address of the outside world would depend on the network.
const LISTENER = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer()
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  })
`
const FILLERS = 8
const QUIET_MS = 150

/** Fills the backlog of a port that never accepts; undefined where the system does not let a backlog run full. */
export async function startConnectHole(): Promise<ConnectHole | undefined> {
  const worker = new Worker(LISTENER, { eval: true })
  const port = await new Promise<number>((resolve, reject) => worker.once('message', resolve).once('error', reject))
  const fillers: Socket[] = []
  const dispose = async (): Promise<void> => {
    for (const socket of fillers) socket.destroy()
    await worker.terminate()
  }
  for (let n = 0; n < FILLERS; n += 1) {
    const socket = net.connect(port, '127.0.0.1').on('error', () => {})
    fillers.push(socket)
    if (!(await opens(socket))) return { port, url: (path) => `http://127.0.0.1:${port}${path}`, [Symbol.asyncDispose]: dispose }
  }
  await dispose()
  absent('This system lets no backlog run full', 'tests of connections that neither open nor fail')
  return undefined
}

function opens(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    // After a stall timers come before what has happened meanwhile: it has its round first.
    const quiet = setTimeout(() => setImmediate(resolve, false), QUIET_MS)
    socket.once('connect', () => {
      clearTimeout(quiet)
      resolve(true)
    })
  })
}
