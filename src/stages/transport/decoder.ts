import { TransportFailure } from '../../model/transport.ts'
import { type Coding, decodedAtOnce } from './codings.ts'
import { Engine } from './engine.ts'
import type { ZstdFrames } from './zstd-frames.ts'

type Step = IteratorResult<Uint8Array, undefined>

const END: Step = { done: true, value: undefined }

/**
 * Takes one coding off. It is pulled: it reads the body only when its reader waits and the engine has nothing left to say. So
 * there is no second loop whose errors could go unheard, and no buffer that could grow.
 */
export class Decoder implements AsyncIterableIterator<Uint8Array> {
  readonly #body: AsyncIterator<Uint8Array>
  readonly #coding: Coding
  readonly #frames: ZstdFrames | undefined
  #engine: Engine | undefined
  /** Asked for early, to see whether a body is all here. */
  #ahead: Promise<IteratorResult<Uint8Array>> | undefined
  #isOver = false

  constructor(body: AsyncIterable<Uint8Array>, coding: Coding) {
    this.#body = body[Symbol.asyncIterator]()
    this.#coding = coding
    this.#frames = coding.frames?.()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<Step> {
    if (this.#isOver) return END
    try {
      const value = await this.#decode()
      if (value) return { done: false, value }
      this.#letGo()
      return END
    } catch (error) {
      await this.return()
      throw error
    }
  }

  async return(): Promise<Step> {
    this.#letGo()
    await this.#body.return?.()
    return END
  }

  #letGo(): void {
    this.#isOver = true
    this.#engine?.destroy()
  }

  /** The next decoded bytes, or undefined after the last. */
  async #decode(): Promise<Uint8Array | undefined> {
    if (this.#engine) return this.#ask(this.#engine)
    const start = await this.#start()
    const whole = (await this.#isAll()) ? decodedAtOnce(this.#coding, start) : undefined
    if (!whole) return this.#ask(this.#open(start))
    this.#isOver = true
    return whole.length > 0 ? whole : undefined
  }

  async #ask(engine: Engine): Promise<Uint8Array | undefined> {
    for (; !this.#isOver; ) {
      const bytes = engine.read()
      if (bytes) return bytes
      if (engine.error) throw this.#bad(engine.error.message, engine.error)
      if (engine.hasEnded) return engine.rest.length === 0 ? undefined : this.#ask(this.#openNext(engine.rest))
      if (engine.isBusy) await engine.change()
      else await this.#feed(engine)
    }
    return undefined
  }

  async #feed(engine: Engine): Promise<void> {
    const { done, value } = await this.#read()
    if (done) {
      if (this.#frames?.isWhole === false) throw this.#bad('it ends within a frame')
      engine.finish()
    } else if (value.length > 0) {
      this.#frames?.take(value)
      engine.write(value)
    }
  }

  #read(): Promise<IteratorResult<Uint8Array>> {
    const ahead = this.#ahead
    this.#ahead = undefined
    return ahead ?? this.#body.next()
  }

  async #start(): Promise<Uint8Array> {
    let start: Uint8Array = new Uint8Array(0)
    while (start.length < this.#coding.needs) {
      const { done, value } = await this.#read()
      if (done) break
      start = start.length === 0 ? value : Buffer.concat([start, value])
    }
    if (start.length === 0) throw this.#bad('it is empty')
    this.#frames?.take(start)
    return start
  }

  /** Whether the body is known to have ended by now; does not wait for it, so a body that comes slowly is not held back. */
  async #isAll(): Promise<boolean> {
    let isAll = false
    this.#ahead = this.#read()
    this.#ahead.then(
      ({ done }) => {
        isAll = done === true
      },
      () => {
        // Told to whoever reads on.
      },
    )
    await Promise.resolve()
    return isAll
  }

  #open(start: Uint8Array): Engine {
    const engine = new Engine(this.#coding.stream(start))
    engine.write(start)
    this.#engine = engine
    return engine
  }

  /** Another frame, or rubbish, which looks alike until an engine has tried it. */
  #openNext(rest: Uint8Array): Engine {
    if (this.#frames === undefined) throw this.#bad('more bytes behind its end')
    return this.#open(rest)
  }

  #bad(why: string, cause?: Error): TransportFailure {
    return new TransportFailure('BAD_ENCODING', `the body is no whole ${this.#coding.name}: ${why}`, { cause })
  }
}
