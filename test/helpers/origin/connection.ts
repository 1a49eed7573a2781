import type { Socket } from 'node:net'
import { ClientGone, type Place } from './exchange.ts'
import { Inbox } from './inbox.ts'
import { NotHttp, type ReceivedRequest, readRequest } from './request.ts'

/** Answers one request; says whether the connection is kept for another. */
export type Serve = (request: ReceivedRequest, place: Place) => Promise<boolean>

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

/** Serves the requests of one connection, one after the other, until either side ends it. */
export async function serveConnection(place: Place, serve: Serve): Promise<void> {
  const { socket } = place
  const inbox = new Inbox()
  socket.on('data', (bytes) => inbox.push(Buffer.from(bytes)))
  socket.on('close', () => inbox.end())
  // Without a delay each write is a segment of its own: a trickle is seen as a trickle.
  socket.setNoDelay(true)
  try {
    for (let kept = true; kept; ) {
      const request = await readRequest(inbox)
      if (!request) return
      kept = await serve(request, place)
    }
    socket.end()
  } catch (error) {
    if (!(error instanceof NotHttp)) throw error
    socket.end(BAD_REQUEST)
  }
}

/** Rejects when the socket has closed. */
export function goneOf(socket: Socket): Promise<never> {
  const gone = new Promise<never>((_, reject) => {
    socket.once('close', () => reject(new ClientGone('the connection has closed')))
  })
  // Most exchanges end without anybody waiting for this.
  gone.catch(() => {})
  return gone
}
