import { allow, type Clock } from '../../model/clock.ts'
import { headerOf } from '../../model/headers.ts'
import type { Ticket, Wish } from '../../model/rooms.ts'
import { type Transport, TransportFailure, type WireResponse } from '../../model/transport.ts'
import { isCoded } from '../../policy/content-coding.ts'
import { explicitLifetime } from '../../policy/freshness.ts'
import { hostOf } from '../../policy/host.ts'
import { DEFAULT_SETTINGS } from '../../policy/precedence.ts'
import { learnedWait } from '../../policy/rate-limit-fields.ts'
import { redirectOf } from '../../policy/redirect.ts'
import { factsOf } from '../../policy/response-facts.ts'
import { crawlDelay, LONGEST_CRAWL_DELAY } from '../../policy/robots.ts'

/** RFC 9309 2.5 asks for 500 KiB; what is larger is no robots.txt. */
const MOST_BYTES = 500 * 1024

/** RFC 9309 2.3.1.2. */
const MOST_REDIRECTS = 5

/** Milliseconds from its start to its last byte, redirects included. */
const PATIENCE = 5_000

const HOUR = 3_600_000
/** RFC 9309 2.4. */
const DAY = 86_400_000

export interface RobotsRooms {
  readonly clock: Clock
  readonly transport: () => Transport
  /** A ticket that waits for no robots.txt. */
  readonly admit: (wish: Wish) => Promise<Ticket>
}

export interface RobotsWish extends Pick<Wish, 'signal' | 'urgency' | 'dispatcher'> {
  /** It is being sent, and costs the host something from here on. */
  readonly sent: () => void
}

/** What a robots.txt says, for so many milliseconds. */
export interface RobotsAnswer {
  /** Milliseconds between two starts; 0: none. */
  readonly least: number
  readonly lasts: number
}

const NOTHING: RobotsAnswer = { least: 0, lasts: HOUR }

/** Asks an origin for its robots.txt. Whatever comes is an answer; it rejects only where the request itself was never admitted. */
export async function askRobots(rooms: RobotsRooms, origin: string, wish: RobotsWish): Promise<RobotsAnswer> {
  const patience = new AbortController()
  const signal = AbortSignal.any([wish.signal, patience.signal])
  let url = new URL('/robots.txt', origin)
  let timer: { cancel(): void } | undefined
  try {
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const { maxRetryAfter } = DEFAULT_SETTINGS.retry
      const asked = { host: hostOf(url), url: url.href, signal, urgency: wish.urgency, maxRetryAfter }
      const ticket = await rooms.admit({ ...asked, standIn: () => 'there is none' })
      if (timer === undefined) wish.sent()
      timer ??= allow(rooms.clock, PATIENCE, () => patience.abort(new TransportFailure('TIMEOUT', 'robots.txt is slow')))
      const answer = await ask(rooms, { url, signal, redirects, dispatcher: wish.dispatcher }, ticket)
      if (!(answer instanceof URL)) return answer
      url = answer
    }
    return NOTHING
  } catch (error) {
    if (timer === undefined) throw error
    // It is a courtesy: what went wrong with it says nothing of the request that waits for it, which finds out for itself.
    return NOTHING
  } finally {
    timer?.cancel()
  }
}

interface Hop extends Pick<Wish, 'dispatcher'> {
  readonly url: URL
  readonly signal: AbortSignal
  readonly redirects: number
}

async function ask(rooms: RobotsRooms, hop: Hop, ticket: Ticket): Promise<RobotsAnswer | URL> {
  const { clock, transport } = rooms
  const { url, signal, dispatcher } = hop
  try {
    const headers = [['accept-encoding', 'identity'] as const]
    const limits = { connectTimeout: PATIENCE, headersTimeout: PATIENCE }
    const response = await transport().send({ method: 'GET', url, headers, signal, dispatcher, ...limits })
    const head = { status: response.status, headers: response.headers, receivedAt: clock.now() }
    const wait = learnedWait(head, DEFAULT_SETTINGS.retry)
    // A robots.txt that is refused for a day must not hold the requests up for that long: they are told themselves.
    ticket.answered(response.status, wait === undefined ? undefined : Math.min(wait, LONGEST_CRAWL_DELAY))
    return await read(response, hop, head.receivedAt)
  } catch (error) {
    if (error instanceof TransportFailure && !signal.aborted) ticket.missed(error)
    throw error
  } finally {
    ticket.release()
  }
}

async function read(response: WireResponse, { url, redirects }: Hop, receivedAt: number): Promise<RobotsAnswer | URL> {
  const { status, headers, decoded, body } = response
  const turn = redirectOf({
    status,
    location: headerOf(headers, 'location'),
    from: url,
    method: 'GET',
    mode: 'follow',
    body: 'without',
    redirects,
  })
  // Coded though plain bytes were asked for: it is not read.
  const isText = status >= 200 && status < 300 && (decoded || !isCoded(headers))
  if (turn.name !== 'none' || !isText) {
    response.discard()
    return turn.name === 'follow' ? turn.url : NOTHING
  }
  const text = await textOf(body)
  if (text === undefined) return NOTHING
  const facts = factsOf({ status, headers }, receivedAt)
  const fresh = facts.noStore || facts.noCache === 'all' ? 0 : (explicitLifetime(facts) ?? 0) - facts.ageOnArrival
  return { least: crawlDelay(text), lasts: Math.min(Math.max(fresh, HOUR), DAY) }
}

/** undefined: it is too large. Leaving early gives the rest up. */
async function textOf(body: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  for await (const piece of body) {
    bytes += piece.byteLength
    if (bytes > MOST_BYTES) return undefined
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}
