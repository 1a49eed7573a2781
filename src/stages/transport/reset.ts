import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Framing } from '../../model/transport.ts'

/** Before 1.52 (Node 24.16), libuv takes a reset that comes along with the last bytes of a connection for its end. */
const MISTAKEN = /^1\.(?:\d|[1-4]\d|5[01])\./

/** The part of a socket that Node's types leave out; a mock has none. */
interface Handle {
  getpeername?(into: object): number
}

/** Calls back where the end of a connection would make a body whole, and was a reset, or came amid chunks. */
export function onFalseEnd(message: IncomingMessage, framing: Framing, tell: () => void): void {
  if (framing === 'close') onReset(message.socket, tell)
  // Behind `chunked` and a tab Node's parser waits for the end, and hands out the chunks as they are framed. That connection is not kept.
  else if (framing === 'chunked' && (message as { readonly req?: ClientRequest }).req?.shouldKeepAlive === false)
    message.socket.prependOnceListener('end', () => message.complete || tell())
}

/** Who was reset has no peer any more. */
function onReset(socket: Socket, tell: () => void): void {
  // Elsewhere it is reported, and a peer may be gone long after the end that it sent.
  if (!MISTAKEN.test(process.versions.uv)) return
  socket.prependOnceListener('end', () => {
    const { _handle: handle } = socket as Socket & { readonly _handle?: Handle | null }
    if ((handle?.getpeername?.({}) ?? 0) < 0) tell()
  })
}
