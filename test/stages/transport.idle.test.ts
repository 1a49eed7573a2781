import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/model/clock.ts'
import { wireTransport } from '../../src/stages/transport/wire.ts'
import { rounds } from '../helpers/turning.ts'
import { textAt } from './transport.ask.ts'

/** In a thread of its own, so that it can speak while the program is busy. */
const ORIGIN = `
  const { parentPort, workerData: flags } = require('node:worker_threads')
  const answer = (text) => 'HTTP/1.1 200 OK\\r\\nContent-Length: ' + text.length + '\\r\\n\\r\\n' + text
  const server = require('node:net').createServer((socket) => {
    socket.on('error', () => {}).on('data', (bytes) => {
      if (!String(bytes).startsWith('GET /dirty ')) return socket.write(answer('clean'))
      socket.write(answer('first'))
      Atomics.wait(flags, 0, 0)
      socket.write(answer('poison'), () => {
        Atomics.store(flags, 1, 1)
        Atomics.notify(flags, 1)
      })
    })
  })
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

test('a second answer that came while the program was busy is not that of the next request', async () => {
  const flags = new Int32Array(new SharedArrayBuffer(8))
  const origin = new Worker(ORIGIN, { eval: true, workerData: flags })
  const wire = wireTransport({ clock: systemClock })
  onTestFinished(async () => {
    await wire.close()
    await origin.terminate()
  })
  const [port] = (await once(origin, 'message')) as [number]
  expect(await textAt(wire, `http://127.0.0.1:${port}/dirty`)).toBe('first')
  await rounds()
  Atomics.store(flags, 0, 1)
  Atomics.notify(flags, 0)
  Atomics.wait(flags, 1, 0)
  expect(await textAt(wire, `http://127.0.0.1:${port}/next`)).toBe('clean')
})
