import type { Inspection } from '../../model/inspection.ts'
import type { EntryRecord } from '../../model/record.ts'
import type { Held, Served } from '../../model/rooms.ts'
import { isFromElsewhere } from '../../policy/host.ts'
import { inspectionOf } from '../../policy/inspection.ts'
import { type BodySource, followed } from './body-stream.ts'
import type { Head } from './late.ts'
import { LATE, type LateResponse } from './late-response.ts'
import { wholeResponse } from './whole-response.ts'

/** What was served, and when (epoch milliseconds). */
export interface Told {
  readonly served: Served
  readonly at: number
  /** The entry as this process knows it now. */
  readonly entry: (held: Held) => EntryRecord
}

export type HeldResponse = new (source: BodySource, head: Head, told: Told) => Response

/** Under this name a response of ours says what it was, also to another copy of this library. */
const INSPECTED: unique symbol = Symbol.for('holdfast.inspected')

/** The same for this copy of the library alone, with all that it knows. */
const SERVED: unique symbol = Symbol('holdfast.served')

interface Inspected {
  [INSPECTED](): Inspection
  [SERVED](): Served
}

/** As the platform's Response is: `url`, `redirected` and `type` are accessors there, which its type does not say. */
type HeldBase = new (source: BodySource, head: Head) => LateResponse & { readonly status: number; readonly ok: boolean }

/**
 * Makes the class of an instance's responses: they know where they came from (`new Response()` takes neither `url` nor `redirected`,
 * and a clone would lose them), and are Responses like any other otherwise.
 */
export function heldResponse(): HeldResponse {
  const Whole = wholeResponse() as HeldBase

  return class HeldResponse extends Whole implements Inspected {
    readonly #told: Told

    constructor(source: BodySource, head: Head, told: Told) {
      super(source, head)
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

    /** Fetch standard 4.1, main fetch: where redirects led to another origin it is none of the one that was asked. */
    get type(): Response['type'] {
      const { call, held } = this.#told.served
      return isFromElsewhere(held.version, call.url) ? 'cors' : 'basic'
    }

    override clone(): HeldResponse {
      const source = again(this, () => super.clone())
      return new HeldResponse(source, this[LATE].headAgain(super.headers), this.#told)
    }
  } as unknown as HeldResponse
}

/** The body once more: of what is at rest nothing is copied, and a stream is parted. @throws TypeError for one that was read. */
function again(response: LateResponse, platformClone: () => { readonly body: Response['body'] }): BodySource {
  const { [LATE]: late } = response
  const untouched = late.untouched(response)
  if (untouched !== undefined || late.source === undefined) return untouched?.again()
  const { body } = platformClone()
  // The platform reads one half of a stream that is parted now: past it there is no way any more.
  late.streamed()
  return body === null ? undefined : followed(body, late.source.reading)
}

/** What lies behind a response of this library's own. */
export function servedAs(response: Response): Served | undefined {
  return (response as Partial<Inspected>)[SERVED]?.()
}

/** What a response was: where it came from, and why. Undefined if it is not one of ours. */
export function inspect(response: Response): Inspection | undefined {
  return (response as Partial<Inspected> | undefined)?.[INSPECTED]?.()
}
