import { isBytes } from '../../model/bytes.ts'
import { TransportFailure } from '../../model/transport.ts'
import { failureFrom } from './failure.ts'
import type { FetchHead } from './fetch-head.ts'
import type { Interruption } from './interruption.ts'

type Step = IteratorResult<Uint8Array, undefined>

const END: Step = { done: true, value: undefined }

/** The bytes of a Response, pulled and counted. An interruption rejects at once, also where the fetch knows no signal. */
export class FetchBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: AsyncIterator<unknown>
  readonly #interruption: Interruption
  readonly #expected: number | undefined
  #arrived = 0
  #isOver = false
  #broken: { readonly with: unknown } | undefined

  constructor(response: Response, interruption: Interruption, { answer, length }: FetchHead) {
    this.#source = sourceOf(response)
    this.#interruption = interruption
    this.#expected = length
    if (answer.framing === 'none') this.discard()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<Step> {
    if (this.#broken) throw this.#broken.with
    if (this.#isOver) return END
    try {
      return this.#counted(await this.#interruption.guard(this.#source.next()))
    } catch (error) {
      const { reason } = this.#interruption
      this.#broken = { with: reason ? reason.is : failureFrom(error, 'body') }
      this.discard()
      throw this.#broken.with
    }
  }

  async return(): Promise<Step> {
    this.discard()
    return END
  }

  discard(): void {
    if (this.#isOver) return
    this.#end()
    this.#source.return?.().catch(() => {
      // It is broken already: there is nothing to let go of.
    })
  }

  #end(): void {
    this.#isOver = true
    this.#interruption.end()
  }

  #counted({ done, value }: IteratorResult<unknown>): Step {
    if (done) {
      if (this.#expected !== undefined && this.#arrived < this.#expected) throw this.#short()
      this.#end()
      return END
    }
    if (!isBytes(value)) throw new TransportFailure('PROTOCOL', 'this fetch gave a body that is not bytes', { transient: false })
    this.#arrived += value.byteLength
    return { done: false, value }
  }

  #short(): TransportFailure {
    return new TransportFailure('TRUNCATED', `the body did not arrive as a whole: ${this.#arrived} of ${this.#expected} bytes`)
  }
}

/** A web stream; Node's own stream in older replacements; and in plain mocks nothing but methods that give all at once. */
function sourceOf(response: Response): AsyncIterator<unknown> {
  const body = response.body as ReadableStream<Uint8Array> | AsyncIterable<unknown> | null | undefined
  if (body && 'getReader' in body) {
    const reader = body.getReader()
    // Not the stream's iterator: its `return` would wait for a read that may never end.
    return { next: () => reader.read(), return: async () => ({ done: true, value: await reader.cancel() }) }
  }
  return body ? body[Symbol.asyncIterator]() : allAtOnce(body === null ? undefined : response)
}

async function* allAtOnce(response: Partial<Response> | undefined): AsyncGenerator<Uint8Array> {
  if (response?.arrayBuffer) yield new Uint8Array(await response.arrayBuffer())
  else if (response?.text) yield new TextEncoder().encode(await response.text())
  else if (response?.json) yield new TextEncoder().encode(JSON.stringify(await response.json()))
}
