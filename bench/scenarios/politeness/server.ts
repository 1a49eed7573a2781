import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Milliseconds that an answer takes. */
const TAKES = 50

export interface MovingLimit extends AsyncDisposable {
  readonly url: string
  /** Requests at a time; what is beyond is answered 429, at once and without a word of when. */
  bears: number
  readonly refused: number
}

export async function startServer(): Promise<MovingLimit> {
  let inside = 0
  let refused = 0
  const server = createServer((_, response) => {
    if (inside >= limit.bears) {
      refused += 1
      response.writeHead(429).end('slow down')
      return
    }
    inside += 1
    setTimeout(() => {
      inside -= 1
      response.end('fine')
    }, TAKES)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const limit: MovingLimit = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bears: 1,
    get refused() {
      return refused
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
  return limit
}
