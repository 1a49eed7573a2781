import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bodyOf, SMALL } from './cache.ts'

/** A good server on the loopback interface: a small body for each path, good for an hour. */
export async function startOrigin(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(({ url = '/' }, response) => {
    const body = bodyOf(url, SMALL)
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': SMALL,
      'Cache-Control': 'max-age=3600',
      ETag: `"${url}"`,
    })
    response.end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
