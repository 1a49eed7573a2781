import type { Socket } from 'node:net'

/** Before 1.52 (Node 24.16), libuv takes a reset that comes along with the last bytes of a connection for its end. */
const MISTAKEN = /^1\.(?:\d|[1-4]\d|5[01])\./

/** The part of a socket that Node's types leave out; a mock has none. */
interface Handle {
  getpeername?(into: object): number
}

/** Calls back where the end of a connection was a reset, and its bytes would pass for a whole body: who was reset has no peer any more. */
export function onReset(socket: Socket, tell: () => void): void {
  // Elsewhere it is reported, and a peer may be gone long after the end that it sent.
  if (!MISTAKEN.test(process.versions.uv)) return
  socket.prependOnceListener('end', () => {
    const { _handle: handle } = socket as Socket & { readonly _handle?: Handle | null }
    if ((handle?.getpeername?.({}) ?? 0) < 0) tell()
  })
}
