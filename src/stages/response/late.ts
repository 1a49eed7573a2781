import type { BodySource } from './body-stream.ts'
import { RestingSource } from './body-stream.ts'

/** The head of a response; its headers are made when somebody asks for them. */
export interface Head {
  readonly status: number
  readonly statusText: string
  readonly headers: () => Iterable<readonly [string, string]>
}

/** What a response has not made yet, for nobody has asked for it. */
export class Late {
  readonly head: Head
  readonly source: BodySource
  #headers: 'to be made' | 'made' = 'to be made'
  /** 'taken': all of it was given at once, past the stream. */
  #body: 'untouched' | 'streamed' | 'taken' = 'untouched'

  constructor(source: BodySource, head: Head) {
    this.source = source
    this.head = head
  }

  /** The platform's headers of the response, which are empty until somebody asks. */
  filled(headers: Headers): Headers {
    if (this.#headers === 'made') return headers
    this.#headers = 'made'
    for (const [name, value] of this.head.headers()) headers.append(name, value)
    return headers
  }

  /** The platform looks past our accessors: the headers are there by then, and it is told whether the body is. */
  looked(headers: Headers): boolean {
    this.filled(headers)
    return this.isTaken
  }

  get isTaken(): boolean {
    return this.#body === 'taken'
  }

  /** What is at rest, for one who wants all of it; absent where the platform's own way is the right one. */
  take(platform: { readonly bodyUsed: boolean }): RestingSource | undefined {
    const whole = this.untouched(platform)
    if (whole !== undefined) this.#body = 'taken'
    return whole
  }

  /** What is at rest, and nobody has read from. */
  untouched({ bodyUsed }: { readonly bodyUsed: boolean }): RestingSource | undefined {
    return this.#body === 'untouched' && !bodyUsed && this.source instanceof RestingSource ? this.source : undefined
  }

  /** From now on the stream is the only way. */
  streamed(): void {
    if (this.#body === 'untouched') this.#body = 'streamed'
  }

  /** The same head for a copy: with the headers as they are by now, which its owner may have changed. */
  headAgain(made: Headers): Head {
    if (this.#headers === 'to be made') return this.head
    const headers = [...made]
    return { ...this.head, headers: () => headers }
  }
}
