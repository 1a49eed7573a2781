import { AttemptFailure } from '../../model/attempt-failure.ts'
import { CHUNK_SIZE } from '../../model/record.ts'
import { Damaged } from './at-rest.ts'
import { Chunk } from './chunk.ts'
import { type Sink, StoreSink } from './sinks.ts'

export interface RestingRooms {
  /** Makes a place for the chunks: the first, and the next one when a place has failed. Throws where there is none left. */
  readonly open: (failed: Sink | undefined, error: unknown) => Sink
  /** What stands in a place cannot be had back from there. */
  readonly lost: (sink: Sink) => void
  /** The first chunk is at rest. */
  readonly began: (sink: Sink) => Promise<void>
  /** All bytes of the body so far, where memory still has them. */
  readonly whole: () => Uint8Array | undefined
  /** A chunk is at rest, and nothing reads from where it came. */
  readonly rested: (chunk: Chunk) => void
}

/** What is at rest of a body that is coming: its chunks, in one place, and in the next when that one fails. */
export class Resting {
  chunks = 0
  sink: Sink | undefined
  readonly #rooms: RestingRooms
  #writing: Promise<void> = Promise.resolve()
  /** Chunks that are not at rest yet: two at most, the last ones. */
  readonly #coming: Chunk[] = []

  constructor(rooms: RestingRooms) {
    this.#rooms = rooms
  }

  /** What stands in a place already is gone on with there. */
  adopt(sink: Sink, chunks: number): void {
    this.sink = sink
    this.chunks = chunks
  }

  /** Takes a chunk, and waits for the one before, so at most two are on their way. */
  async add(chunk: Chunk): Promise<void> {
    const n = this.chunks++
    const before = this.#writing
    // At once: who reads these bytes from now on finds them neither where they are gathered nor at rest, but here.
    this.#coming.push(chunk)
    this.#writing = before.then(() => this.#append(chunk, n))
    // The next one, or the end, waits for it and sees its failure.
    this.#writing.catch(() => undefined)
    await before
  }

  /** Whatever came of what was on its way. */
  settled(): Promise<void> {
    return this.#writing.catch(() => undefined)
  }

  /** A place that does not have what it was given is as bad as one that fails: the body goes on to the next. */
  async proved(): Promise<void> {
    await this.#writing
    while (this.sink instanceof StoreSink && !(await this.sink.stands()))
      await this.#move(this.chunks, new Damaged(`${this.sink.tier}: the body at rest is not as long as what was written`))
  }

  /** A chunk that is not at rest yet. */
  coming(n: number): Chunk | undefined {
    return this.#coming[n - (this.chunks - this.#coming.length)]
  }

  async chunk(n: number): Promise<Uint8Array> {
    await this.#writing
    if (this.sink === undefined) throw new Damaged('nothing of the body is at rest')
    return this.sink.chunk(n)
  }

  /** What cannot be deleted is unnamed: a sweep finds it. The guard has told of the failure. */
  async discard(): Promise<void> {
    await this.sink?.discard().catch(() => undefined)
  }

  async #append(chunk: Chunk, n: number): Promise<void> {
    this.sink ??= this.#rooms.open(undefined, undefined)
    let failed = false
    for (;;) {
      try {
        await this.sink.append(chunk, n)
        break
      } catch (error) {
        failed = true
        await this.#move(n, error)
      }
    }
    this.#coming.shift()
    // A place that failed for us may go on reading behind.
    if (!failed) this.#rooms.rested(chunk)
    // Where it cannot be told that the body began, another process will not go on with it; that is all.
    if (n === 0) await this.#rooms.began(this.sink).catch(() => undefined)
  }

  /** A failed store is not a failed download: what it holds moves to the next place, and the body goes on there. */
  async #move(chunks: number, because: unknown): Promise<void> {
    const from = this.sink as Sink
    const whole = this.#rooms.whole()
    let to = this.#rooms.open(from, because)
    for (let n = 0; n < chunks; ) {
      const chunk = whole?.subarray(n * CHUNK_SIZE, (n + 1) * CHUNK_SIZE) ?? (await this.#readBack(from, n))
      try {
        await to.append(Chunk.of(chunk), n)
        n++
      } catch (error) {
        await to.discard().catch(() => undefined)
        to = this.#rooms.open(to, error)
        n = 0
      }
    }
    this.sink = to
    await from.discard().catch(() => undefined)
  }

  /** What came and is nowhere any more has to come again, and not to the same place. */
  async #readBack(from: Sink, n: number): Promise<Uint8Array> {
    try {
      return await from.chunk(n)
    } catch (cause) {
      this.#rooms.lost(from)
      throw new AttemptFailure('STORE', 'the part of the body that is here cannot be read back', { retry: 'yes', cause })
    }
  }
}
