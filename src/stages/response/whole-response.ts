import { LATE, type LateResponseClass, lateResponse } from './late-response.ts'

/** Makes the class of responses that give all of a body at rest in one copy, past the stream. */
export function wholeResponse(): LateResponseClass {
  const text = new TextDecoder()

  return class WholeResponse extends lateResponse() {
    override async arrayBuffer(): Promise<ArrayBuffer> {
      const taken = this[LATE].take(this)
      return taken === undefined ? super.arrayBuffer() : (await taken.whole()).buffer
    }

    override async bytes(): Promise<Uint8Array<ArrayBuffer>> {
      const taken = this[LATE].take(this)
      return taken === undefined ? super.bytes() : taken.whole()
    }

    override async text(): Promise<string> {
      const taken = this[LATE].take(this)
      return taken === undefined ? super.text() : text.decode(taken.inHand ?? (await taken.whole()))
    }

    override async json(): Promise<unknown> {
      const taken = this[LATE].take(this)
      return taken === undefined ? super.json() : JSON.parse(text.decode(taken.inHand ?? (await taken.whole())))
    }
  }
}
