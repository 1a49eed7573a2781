import type { UnderlyingByteSource } from 'node:stream/web'

/** The source of a stream that asks somebody, whenever the platform looks at it, whether it is as good as read. */
export interface LateStream extends ReadableStream<Uint8Array<ArrayBuffer>> {
  looked: (() => boolean) | undefined
}

/** As the platform's stream is: `locked` is an accessor there, which its type does not say. */
interface PlatformStream extends Omit<ReadableStream<Uint8Array<ArrayBuffer>>, 'locked'> {
  readonly locked: boolean
}

/**
 * Makes the class of streams inside the responses of an instance. The platform's own methods (`Response.prototype.clone.call(response)`)
 * see the inner Response only; all of them ask first whether its stream is locked. Made at the first answer, for to name ReadableStream
 * is to load it.
 */
export function lateStream(): new (source: UnderlyingByteSource) => LateStream {
  const Platform = ReadableStream as unknown as new (source: UnderlyingByteSource) => PlatformStream

  return class LateStream extends Platform {
    looked: (() => boolean) | undefined

    override get locked(): boolean {
      return this.looked?.() === true || super.locked
    }
  } as unknown as new (
    source: UnderlyingByteSource,
  ) => LateStream
}
