import { AttemptFailure } from '../../model/attempt-failure.ts'
import type { ErrorCode } from '../../model/errors.ts'
import type { HeaderList } from '../../model/headers.ts'
import { headerOf } from '../../model/headers.ts'
import type { RedirectFacts } from '../../model/record.ts'
import type { ResponseHead, Ticket } from '../../model/rooms.ts'
import { TransportFailure, type WireResponse } from '../../model/transport.ts'
import { ArrivedHead } from '../../policy/arrived-head.ts'
import { normalisedUrl, sentUrl } from '../../policy/cache-key.ts'
import { hostOf } from '../../policy/host.ts'
import { learnedWait } from '../../policy/rate-limit-fields.ts'
import { alongTo, redirectOf } from '../../policy/redirect.ts'
import { through } from '../../policy/redirects.ts'
import { standIn } from '../../policy/stand-in.ts'
import type { Allowance } from './budget.ts'
import type { DownloadRooms, Order } from './order.ts'

export interface Reached {
  readonly head: ResponseHead
  readonly response: WireResponse
  readonly ticket: Ticket
  /** Whether the conditions went to the URL that answered. */
  readonly conditional: boolean
}

/** What is asked, and of whom: a condition or a range speaks of what one URL gives, and of no other (RFC 9110 8.8.3). */
interface Question {
  readonly headers: HeaderList
  readonly conditions: HeaderList
  /** The URL whose answer is stored, or here in part. */
  readonly at: string
}

function arrived(head: ResponseHead, redirects: RedirectFacts | undefined): ResponseHead {
  return redirects === undefined ? head : new ArrivedHead({ ...head, redirected: true, redirects })
}

/** However its escapes are written. */
const isOf = (url: URL, at: string): boolean =>
  sentUrl(url) === at || (at.includes('%') && normalisedUrl(url) === normalisedUrl(new URL(at)))

interface Hop {
  url: URL
  method: string
  headers: HeaderList
  body: Order['call']['body']
}

/** Asks, and follows redirects (Fetch standard 4.4), each hop with a ticket of its own host. */
export async function reach(
  rooms: DownloadRooms,
  order: Order,
  facts: Question & { signal: AbortSignal; allowance: Allowance },
): Promise<Reached> {
  const { call } = order
  let hop: Hop = { url: new URL(call.sent ?? call.url), method: call.method, headers: facts.headers, body: call.body }
  let passed: RedirectFacts | undefined
  for (let redirects = 0; ; redirects++) {
    const sent = isOf(hop.url, facts.at) ? { ...hop, headers: [...hop.headers, ...facts.conditions] } : hop
    const reached = await ask(rooms, order, { ...facts, hop: sent }).catch((error: unknown) => {
      if (error instanceof TransportFailure) error.redirects = passed
      throw error
    })
    const turn = redirectOf({
      status: reached.head.status,
      location: headerOf(reached.head.headers, 'location'),
      from: hop.url,
      method: hop.method,
      body: hop.body === undefined ? 'without' : 'with a body',
      mode: call.redirect,
      redirects,
    })
    if (turn.name === 'none') return { ...reached, head: arrived(reached.head, passed), conditional: isOf(hop.url, facts.at) }
    reached.response.discard()
    reached.ticket.release()
    if (turn.name === 'error') throw new AttemptFailure('REDIRECT', turn.reason, { retry: 'never' })
    if (!turn.keepsBody) hop = { ...hop, body: undefined, headers: hop.headers.filter(([name]) => !name.startsWith('content-')) }
    if (hop.body instanceof ReadableStream)
      throw new AttemptFailure('REDIRECT', 'a body that is a stream cannot be sent a second time', { retry: 'never' })
    passed = through(passed, reached.head, normalisedUrl(turn.url))
    hop = {
      ...hop,
      url: turn.url,
      method: turn.method,
      headers: alongTo(hop.headers, { from: hop.url, to: turn.url }, call),
    }
  }
}

/** A function is no host, and may itself ask one: it would wait for a place that it holds. */
const NO_TICKET: Ticket = { release: () => undefined, answered: () => undefined, missed: () => undefined }

async function ask(
  rooms: DownloadRooms,
  order: Order,
  facts: { hop: Hop; signal: AbortSignal; allowance: Allowance },
): Promise<Omit<Reached, 'conditional'>> {
  const { hop, signal, allowance } = facts
  const { origin } = order.call
  const ticket = await (origin === undefined
    ? boarding(rooms, hop, { order, signal, allowance })
    : admitted(order, signal, allowance))
  try {
    const requestedAt = rooms.clock.now()
    const response = await (origin?.({ signal, stored: order.stored }) ?? sent(rooms, order, facts))
    const head = headOf(response, hop, { requestedAt, receivedAt: rooms.clock.now() })
    ticket.answered(head.status, learnedWait(head, order.call.settings.retry))
    return { head, response, ticket }
  } catch (error) {
    // A request that we gave up ourselves says nothing of the host.
    if (error instanceof TransportFailure && !signal.aborted) ticket.missed(error)
    ticket.release()
    throw error
  }
}

function sent(
  rooms: DownloadRooms,
  { call }: Order,
  { hop, signal, allowance }: { hop: Hop; signal: AbortSignal; allowance: Allowance },
): Promise<WireResponse> {
  const { body, ...question } = hop
  const { connect, headers } = call.settings.timeouts
  const request = { ...question, dispatcher: call.dispatcher, signal, connectTimeout: connect, headersTimeout: headers }
  if (body === undefined) return rooms.transport().send(request)
  return allowance.whileSending((sending) => rooms.transport().send({ ...request, body, sending }))
}

function headOf(
  { status, statusText, headers }: WireResponse,
  { url }: Hop,
  times: { requestedAt: number; receivedAt: number },
): ResponseHead {
  return new ArrivedHead({ status, statusText, headers, url: sentUrl(url), redirected: false, ...times })
}

/** The turn of a function that has a limit of its own. */
async function admitted({ call }: Order, signal: AbortSignal, allowance: Allowance): Promise<Ticket> {
  return call.turn === undefined ? NO_TICKET : { ...NO_TICKET, ...(await allowance.whileQueued(call.turn(signal))) }
}

/** A ticket of the host. The wait for it is nobody's time-out; a host that asked for longer than we would wait is not waited for. */
async function boarding(
  { governor, clock }: DownloadRooms,
  { url }: Hop,
  { order, signal, allowance }: { order: Order; signal: AbortSignal; allowance: Allowance },
): Promise<Ticket> {
  const { call, stored } = order
  const wish = {
    host: hostOf(url),
    url: url.href,
    signal,
    urgency: order.urgency,
    maxRetryAfter: call.settings.retry.maxRetryAfter,
    dispatcher: call.dispatcher,
    standIn: (code: ErrorCode) => standIn(call, stored, { code, now: clock.now() }),
  }
  const ticket = governor.ticket(wish)
  return ticket instanceof Promise ? allowance.whileQueued(ticket) : ticket
}
