import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/model/clock.ts'
import type { HeaderList } from '../../src/model/headers.ts'
import { headerOf } from '../../src/model/headers.ts'
import { type Transport, TransportFailure, type WireRequest, type WireResponse } from '../../src/model/transport.ts'
import { decoded } from '../../src/stages/transport/decode.ts'
import { wireTransport } from '../../src/stages/transport/wire.ts'
import { type Origin, startOrigin } from '../helpers/origin/index.ts'

/** An origin, and the wire to it, closed when the test ends. */
export async function wired(): Promise<{ readonly origin: Origin; readonly wire: Transport }> {
  const origin = await startOrigin()
  const wire = wireTransport({ clock: systemClock })
  onTestFinished(async () => {
    await wire.close()
    await origin.close()
  })
  return { origin, wire }
}

/** On which connections its requests came, by their numbers. */
export const connectionsOf = (origin: Origin): number[] => origin.requests().map(({ connection }) => connection)

/** A request with limits that no test reaches by chance. */
export function requestTo(url: string, changes: Partial<WireRequest> = {}): WireRequest {
  const signal = new AbortController().signal
  return { method: 'GET', url: new URL(url), headers: [], signal, connectTimeout: 20_000, headersTimeout: 20_000, ...changes }
}

export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** As the download stage reads it: codings taken off unless the transport has done so. */
export function readable(response: WireResponse): AsyncIterable<Uint8Array> {
  return response.decoded ? response.body : decoded(response.body, headerOf(response.headers, 'content-encoding'))
}

export async function textAt(transport: Transport, url: string, changes: Partial<WireRequest> = {}): Promise<string> {
  return (await bytesOf(readable(await transport.send(requestTo(url, changes))))).toString()
}

export async function headersAt(transport: Transport, url: string, changes: Partial<WireRequest> = {}): Promise<HeaderList> {
  const response = await transport.send(requestTo(url, changes))
  await bytesOf(response.body)
  return response.headers
}

/** The code of a failure, with `for good` where asking again cannot heal it; anything else is thrown on. */
export function codeOf(error: unknown): string {
  if (!(error instanceof TransportFailure)) throw error
  return error.transient ? error.code : `${error.code} for good`
}

export async function failureOf(work: Promise<unknown>): Promise<string> {
  return work.then(() => 'no failure', codeOf)
}

/** What became of one request: how it failed, or how its end was told and whether the bytes are those of the origin. */
export async function outcomeOf(transport: Transport, request: WireRequest, expected: Buffer): Promise<string> {
  try {
    const response = await transport.send(request)
    const right = (await bytesOf(readable(response))).equals(expected)
    return `${response.framing}, ${right ? 'right' : 'WRONG'}`
  } catch (error) {
    return codeOf(error)
  }
}
