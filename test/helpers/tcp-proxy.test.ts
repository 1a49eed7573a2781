import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

/** A server that says back what it is told, behind a faulty line. */
async function anEcho(): Promise<TcpProxy> {
  const server = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const line = await startTcpProxy((server.address() as AddressInfo).port)
  onTestFinished(async () => {
    await line[Symbol.asyncDispose]()
    server.close()
  })
  return line
}

async function told(line: TcpProxy): Promise<{ socket: Socket; heard: () => string; closed: Promise<unknown> }> {
  const socket = connect(line.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let heard = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text
  })
  socket.on('error', () => undefined)
  const closed = once(socket, 'close').catch(() => undefined)
  await once(socket, 'connect')
  return { socket, heard: () => heard, closed }
}

test('a line that is well, slow, or in slices brings all of it', async () => {
  for (const faults of [{}, { latency: 5, jitter: 5 }, { rate: 2_000 }, { slice: 3 }]) {
    const line = await anEcho()
    line.use(faults)
    const { socket, heard } = await told(line)
    socket.write('hello there')
    await expect.poll(heard).toBe('hello there')
    expect(line.passed).toBe(22)
  }
})

test('it breaks once, and exactly there', async () => {
  const line = await anEcho()
  line.use({ breakAfter: { bytes: 14, how: 'end' } })
  const first = await told(line)
  first.socket.write('0123456789')
  await first.closed
  expect(first.heard()).toBe('0123')
  expect(line.broken).toBe(true)
  const second = await told(line)
  second.socket.write('0123456789')
  await expect.poll(second.heard).toBe('0123456789')
})

test('a frozen line goes on; what a black hole took, and all behind it, is lost', async () => {
  const line = await anEcho()
  const { socket, heard } = await told(line)
  line.use({ silence: 'freeze' })
  socket.write('a')
  line.use({})
  await expect.poll(heard).toBe('a')
  line.use({ silence: 'blackhole' })
  socket.write('b')
  await expect.poll(() => line.lost).toBe(1)
  const other = await told(line)
  line.use({})
  other.socket.write('c')
  await expect.poll(other.heard).toBe('c')
  expect(heard()).toBe('a')
})

test('each n-th byte of what the server says is turned', async () => {
  const line = await anEcho()
  line.use({ corruptEvery: 4 })
  const { socket, heard } = await told(line)
  socket.write('aaaaaaaaaa')
  await expect.poll(() => heard().length).toBe(10)
  expect(
    heard()
      .split('')
      .flatMap((letter, at) => (letter === 'a' ? [] : [at])),
  ).toEqual([3, 7])
})
