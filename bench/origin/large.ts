import type { IncomingMessage, ServerResponse } from 'node:http'
import { blockOf } from './body.ts'
import { told } from './ledger.ts'

const block = blockOf()
const PIECE = 256 * 1024
/** So many times the connection breaks, each after an equal part of the file. */
const CUTS = 3

export function sendLarge(request: IncomingMessage, response: ServerResponse, size: number): void {
  const from = begin(request, response, size)
  void send(response, { from, to: size }).then(() => response.end())
}

/** Honours Range, and breaks the connection where a part of the file ends. */
export function sendCut(request: IncomingMessage, response: ServerResponse, size: number): void {
  const from = begin(request, response, size)
  const part = size / (CUTS + 1)
  // A client may ask again for a little of what it has, to compare: such a request goes beyond the cut that it came from.
  const to = Math.min((Math.floor((from + part / 8) / part) + 1) * part, size)
  void send(response, { from, to }).then(() => {
    if (to === size) response.end()
    else response.socket?.end()
  })
}

function begin(request: IncomingMessage, response: ServerResponse, size: number): number {
  const asked = /^bytes=(\d+)-/.exec(request.headers.range ?? '')
  const from = asked === null ? 0 : Number(asked[1])
  response.setHeader('Accept-Ranges', 'bytes')
  response.setHeader('Content-Type', 'application/octet-stream')
  response.setHeader('Content-Length', size - from)
  if (asked !== null) response.setHeader('Content-Range', `bytes ${from}-${size - 1}/${size}`)
  response.writeHead(asked === null ? 200 : 206)
  return from
}

async function send(response: ServerResponse, { from, to }: { from: number; to: number }): Promise<void> {
  let at = from
  while (at < to && !response.destroyed) {
    const start = at % block.length
    const piece = block.subarray(start, Math.min(start + PIECE, start + to - at, block.length))
    told(response, piece.length)
    at += piece.length
    if (!response.write(piece)) await drained(response)
  }
  // A connection that is closed before its last bytes are out would lose them.
  if (!response.destroyed && response.writableLength > 0) await drained(response)
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.once('drain', done)
    response.once('close', done)
  })
}
