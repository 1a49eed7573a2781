import type { Inspection } from '../../model/inspection.ts'
import type { EntryRecord } from '../../model/record.ts'
import type { Held, Served } from '../../model/rooms.ts'
import { inspectionOf } from '../../policy/inspection.ts'
import type { ResponseBody } from './body-stream.ts'

/** What was served, and when (epoch milliseconds). */
export interface Told {
  readonly served: Served
  readonly at: number
  /** The entry as this process knows it now. */
  readonly entry: (held: Held) => EntryRecord
}

export type HeldResponse = new (body: ResponseBody, init: ResponseInit, told: Told) => Response

/** Under this name a response of ours says what it was, also to another copy of this library. */
const INSPECTED: unique symbol = Symbol.for('holdfast.inspected')

/** The same for this copy of the library alone, with all that it knows. */
const SERVED: unique symbol = Symbol('holdfast.served')

interface Inspected {
  [INSPECTED](): Inspection
  [SERVED](): Served
}

/** As the platform's Response is: `url`, `redirected` and `type` are accessors there, which its type does not say. */
interface PlatformResponse extends Omit<Response, 'url' | 'redirected' | 'type' | 'clone'> {
  clone(): Response
}

/**
 * Makes the class of an instance's responses: they know where they came from (`new Response()` takes neither `url` nor `redirected`,
 * and a clone would lose them), and are Responses like any other otherwise. Made at the first answer, since to name the platform's
 * Response is to load its whole fetch, which is half of what an import of ours would cost.
 */
export function heldResponse(): HeldResponse {
  const Platform = Response as unknown as new (body: ResponseBody, init: ResponseInit) => PlatformResponse

  return class HeldResponse extends Platform implements Inspected {
    readonly #told: Told

    constructor(body: ResponseBody, init: ResponseInit, told: Told) {
      super(body, init)
      this.#told = told
    }

    [INSPECTED](): Inspection {
      const { served, at, entry } = this.#told
      return inspectionOf({ ...served, held: { ...served.held, entry: entry(served.held) } }, at)
    }

    [SERVED](): Served {
      return this.#told.served
    }

    get url(): string {
      return this.#told.served.held.version.url
    }

    get redirected(): boolean {
      return this.#told.served.held.version.redirected
    }

    get type(): Response['type'] {
      return 'basic'
    }

    override clone(): Response {
      const { body, status, statusText, headers } = super.clone()
      return new HeldResponse(body, { status, statusText, headers }, this.#told)
    }
  }
}

/** What lies behind a response of this library's own. */
export function servedAs(response: Response): Served | undefined {
  return (response as Partial<Inspected>)[SERVED]?.()
}

/** What a response was: where it came from, and why. Undefined if it is not one of ours. */
export function inspect(response: Response): Inspection | undefined {
  return (response as Partial<Inspected>)[INSPECTED]?.()
}
