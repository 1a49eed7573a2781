import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

/** A proxy that a client is told to go through. */
export interface ForwardProxy extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** What it was asked for: the request line without its version, and Proxy-Authorization. */
  readonly asked: readonly { readonly line: string; readonly credentials: string | undefined }[]
}

/** Answers a request for another server by itself, 'by proxy', and makes a tunnel where it is asked for one. */
export async function startForwardProxy(): Promise<ForwardProxy> {
  const asked: { line: string; credentials: string | undefined }[] = []
  const note = ({ method, url, headers }: IncomingMessage): void => {
    asked.push({ line: `${method} ${url}`, credentials: headers['proxy-authorization'] })
  }
  const server = createServer((request, response) => {
    note(request)
    response.end('by proxy')
  })
  const tunnels = new Set<{ destroy(): void }>()
  server.on('connect', (request, socket) => {
    note(request)
    tunnels.add(socket)
    const [host, port] = String(request.url).split(':')
    const onward = connect(Number(port), host, () => socket.write('HTTP/1.1 200 Connected\r\n\r\n'))
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
    socket.pipe(onward).pipe(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const socket of tunnels) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
