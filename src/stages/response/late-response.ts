import { platformClass } from '../../model/platform-class.ts'
import type { BodySource } from './body-stream.ts'
import { type Head, Late } from './late.ts'
import { lateStream } from './late-stream.ts'

/** Under this name a response of ours has what it has not made yet. */
export const LATE: unique symbol = Symbol('holdfast.late')

/** As the platform's Response is: what is an accessor or a method there, its type does not say. */
interface PlatformResponse {
  readonly statusText: string
  readonly headers: Headers
  readonly body: Response['body']
  readonly bodyUsed: boolean
  arrayBuffer(): Promise<ArrayBuffer>
  bytes(): Promise<Uint8Array<ArrayBuffer>>
  text(): Promise<string>
  json(): Promise<unknown>
  blob(): Promise<Blob>
  formData(): Promise<FormData>
  clone(): PlatformResponse
}

type PlatformResponseClass = new (body: ReadableStream | null, init?: ResponseInit) => PlatformResponse

/** A Response whose headers and stream are made when somebody asks for them. */
export interface LateResponse extends PlatformResponse {
  readonly [LATE]: Late
}

export type LateResponseClass = new (source: BodySource, head: Head) => LateResponse

/**
 * Makes the class of responses whose headers and stream are made when somebody asks for them: to make them for nobody is two thirds of
 * what a hit in memory costs. Made at the first answer, since to name the platform's Response is to load its whole fetch, which is half
 * of what an import of ours would cost.
 */
export function lateResponse(): LateResponseClass {
  const Platform = platformClass(Response) as unknown as PlatformResponseClass
  const LateStream = lateStream()

  return class LateResponse extends Platform {
    readonly [LATE]: Late

    constructor(source: BodySource, head: Head) {
      const stream = source === undefined ? null : new LateStream(source)
      // A status of 200 the platform's Response has by itself; to read it out of an argument takes it a microsecond.
      if (head.status === 200) super(stream)
      else super(stream, { status: head.status, statusText: head.statusText })
      const late = new Late(source, head)
      this[LATE] = late
      // The platform's own methods find it empty without looking at a stream.
      if (stream === null) late.filled(super.headers)
      else stream.looked = () => late.looked(super.headers)
    }

    override get statusText(): string {
      return this[LATE].head.statusText
    }

    override get headers(): Headers {
      return this[LATE].filled(super.headers)
    }

    override get body(): Response['body'] {
      const stream = super.body
      // Who asks after it was taken finds it as the platform leaves one that it has read: locked and disturbed.
      if (this[LATE].isTaken && !super.bodyUsed) void stream?.getReader().cancel()
      this[LATE].streamed()
      return stream
    }

    override get bodyUsed(): boolean {
      return this[LATE].isTaken || super.bodyUsed
    }
  }
}
