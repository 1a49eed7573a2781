import type { HeaderList } from '../model/headers.ts'
import type { RedirectFacts } from '../model/record.ts'
import type { ResponseFacts } from '../model/response-facts.ts'
import type { ResponseHead } from '../model/rooms.ts'
import { factsOf } from './response-facts.ts'

/** A head as it came. What it says is read once, and not by each room that it passes; a copy of it is read anew. */
export class ArrivedHead implements ResponseHead {
  readonly status: number
  readonly statusText: string
  readonly headers: HeaderList
  readonly url: string
  readonly redirected: boolean
  readonly requestedAt: number
  readonly receivedAt: number
  declare readonly redirects?: RedirectFacts
  #facts: ResponseFacts | undefined

  constructor(head: ResponseHead) {
    this.status = head.status
    // Node's parser, and fetch, let control characters pass, which no Response takes (RFC 9112 4: a reason phrase says nothing to a client).
    this.statusText = head.statusText.replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
    this.headers = head.headers
    this.url = head.url
    this.redirected = head.redirected
    this.requestedAt = head.requestedAt
    this.receivedAt = head.receivedAt
    if (head.redirects !== undefined) this.redirects = head.redirects
  }

  get facts(): ResponseFacts {
    this.#facts ??= factsOf(this, this.receivedAt)
    return this.#facts
  }
}
