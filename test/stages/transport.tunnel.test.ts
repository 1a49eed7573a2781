import { once } from 'node:events'
import http from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { manualClock } from '../../adapters/testing/index.ts'
import { wireTransport } from '../../src/stages/transport/wire.ts'
import { failureOf, requestTo } from './transport.ask.ts'

/** A proxy in the environment, which answers CONNECT with `answer`, closes nothing by itself, and gives the end of its first connection. */
async function behindProxy(answer: string): Promise<{ asked: Promise<void>; closed: Promise<void> }> {
  const asked = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const sockets: Socket[] = []
  const proxy = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => {}).on('close', () => closed.resolve())
    socket.once('data', () => socket.write(answer, () => asked.resolve()))
    socket.on('end', () => socket.end())
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const restore = http.setGlobalProxyFromEnv({ http_proxy: url, https_proxy: url })
  onTestFinished(() => {
    restore()
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  return { asked: asked.promise, closed: closed.promise }
}

// Whoever asks through such a proxy would have one more open connection with each attempt, and a program that does not end.
test.each([
  ['never answers', '', 'CONNECT'],
  ['opens a tunnel to nowhere', 'HTTP/1.1 200 OK\r\n\r\n', 'CONNECT'],
])('a proxy that %s: its connection ends with the time for it', async (_what, answer, code) => {
  const { asked, closed } = await behindProxy(answer)
  const clock = manualClock()
  const wire = wireTransport({ clock })
  const sent = failureOf(wire.send(requestTo('https://origin.example/', { connectTimeout: 3_000 })))
  await asked
  await clock.advance(3_000)
  expect(await sent).toBe(code)
  await closed
})

test('a proxy that never answers: its connection ends with the abort of who asked, and lets go of what was to be sent', async () => {
  const { asked, closed } = await behindProxy('')
  const wire = wireTransport({ clock: manualClock() })
  const left = new AbortController()
  const cancelled = Promise.withResolvers<void>()
  const body = new ReadableStream<Uint8Array>({ cancel: () => cancelled.resolve() })
  const sent = wire.send(requestTo('https://origin.example/', { method: 'POST', body, signal: left.signal }))
  await asked
  left.abort('enough')
  await expect(sent).rejects.toBe('enough')
  await Promise.all([closed, cancelled.promise])
})

test('a proxy that says no and keeps its connection: that is ended', async () => {
  const { closed } = await behindProxy('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n')
  const wire = wireTransport({ clock: manualClock() })
  expect(await failureOf(wire.send(requestTo('https://origin.example/')))).toBe('CONNECT')
  await closed
})
