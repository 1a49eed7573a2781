import { createHash, type Hash } from 'node:crypto'
import { CHUNK_SIZE, INLINE_LIMIT } from '../../model/record.ts'
import type { BodyWriter, StoredBody, WrittenBody } from '../../model/rooms.ts'
import { broken, refusedAs } from './breaks.ts'
import { Followers } from './followers.ts'
import { type Sink, StoreSink } from './sinks.ts'
import { SinkBody } from './stored.ts'

export interface WriterPlan {
  /** Makes a place for the chunks. Called when the body outgrows one record, and again when a place fails or the body starts over. */
  readonly open: (failed: Sink | undefined, error: unknown) => Sink
  readonly url: string
  /** Keeps the stores open that the body may go to; the returned function ends it. */
  readonly hold: () => () => void
  /** Bytes held in memory beside the sink, for a tier that keeps whole bodies there. */
  readonly memoryLimit: number
  /** Bytes that the origin announced; a body that will not fit memory is not begun there. */
  readonly expected: number | undefined
  /** The first chunk is at rest: from here on a broken body can be gone on with, also by another process. */
  readonly began: (sink: Sink) => Promise<void>
  /** What was at rest is no longer worth going on with. */
  readonly ended: () => Promise<void>
  /** Whether what is at rest stays when the download is given up. */
  readonly keeps: (sink: Sink | undefined) => Promise<boolean>
  /** Further digests to take, by node:crypto's names. */
  readonly algorithms: readonly string[]
}

/** Takes a body as it arrives: hashes it, gathers chunks of 1 MiB, and has one chunk on its way to the sink while the next fills. */
export class ChunkWriter implements BodyWriter {
  bytes = 0
  readonly #plan: WriterPlan
  readonly #followers: Followers
  #hashes = new Map<string, Hash>()
  #pieces: Uint8Array[] = []
  #memory: Uint8Array[] | undefined
  #sink: Sink | undefined
  #gathered = 0
  #sealed = 0
  #writing: Promise<void> = Promise.resolve()

  constructor(plan: WriterPlan) {
    this.#plan = plan
    this.#followers = new Followers({ bytes: () => this.bytes, read: (from) => this.read(from) }, plan.hold)
    this.#begin()
  }

  #begin(): void {
    this.bytes = 0
    this.#hashes = new Map(['sha256', ...this.#plan.algorithms].map((name) => [name, createHash(name)]))
    this.#pieces = []
    this.#memory = (this.#plan.expected ?? 0) <= this.#plan.memoryLimit ? [] : undefined
    this.#sink = undefined
    this.#gathered = 0
    this.#sealed = 0
    this.#writing = Promise.resolve()
  }

  async write(piece: Uint8Array): Promise<void> {
    for (const hash of this.#hashes.values()) hash.update(piece)
    this.bytes += piece.length
    this.#gathered += piece.length
    this.#pieces.push(piece)
    this.#memory?.push(piece)
    if (this.bytes > this.#plan.memoryLimit) this.#memory = undefined
    while (this.#gathered >= CHUNK_SIZE) await this.#seal(CHUNK_SIZE)
    this.#followers.wake()
  }

  /** Moves the oldest `size` gathered bytes to the sink; waits for the chunk before, so at most two are in memory. */
  async #seal(size: number): Promise<void> {
    const gathered =
      this.#pieces.length === 1 && this.#pieces[0] !== undefined ? this.#pieces[0] : Buffer.concat(this.#pieces, this.#gathered)
    const chunk = gathered.subarray(0, size)
    this.#pieces = gathered.length > size ? [gathered.subarray(size)] : []
    this.#gathered -= size
    const n = this.#sealed++
    await this.#writing
    this.#writing = this.#append(chunk, n)
    // The next seal, or the end, waits for it and sees its failure.
    this.#writing.catch(() => undefined)
  }

  async #append(chunk: Uint8Array, n: number): Promise<void> {
    this.#sink ??= this.#plan.open(undefined, undefined)
    for (;;) {
      try {
        await this.#sink.append(chunk, n)
        if (n === 0) await this.#plan.began(this.#sink)
        return
      } catch (error) {
        this.#sink = await this.#moved(this.#sink, n, error)
      }
    }
  }

  /** A failed store is not a failed download: what it holds moves to the next place, and the body goes on there. */
  async #moved(failed: Sink, chunks: number, error: unknown): Promise<Sink> {
    const sink = this.#plan.open(failed, error)
    for (let n = 0; n < chunks; n++) await sink.append(await failed.chunk(n), n)
    await failed.discard().catch(() => undefined)
    return sink
  }

  digest(algorithm: string): string {
    return this.#hash(algorithm).copy().digest('base64')
  }

  #hash(algorithm: string): Hash {
    const hash = this.#hashes.get(algorithm)
    if (hash === undefined) throw new Error(`no ${algorithm} was asked for when the body began`)
    return hash
  }

  async restart(because?: Error): Promise<void> {
    const over = 'the origin started the body over after a part of it had been handed out'
    const reason = because === undefined ? broken(over, this.#plan.url) : refusedAs(because, this.#plan.url)
    this.#followers.break(reason, 'who have read')
    const discarded = this.#sink
    await this.#writing.catch(() => undefined)
    this.#begin()
    await discarded?.discard()
    await this.#plan.ended()
  }

  async handOver(to: ChunkWriter): Promise<void> {
    await this.restart()
    this.#followers.moveTo(to.#followers)
  }

  async finish(): Promise<WrittenBody> {
    const digest = this.#hash('sha256').copy().digest('hex')
    const memory = this.#memory
    const bytes = memory === undefined ? undefined : memory.length === 1 ? memory[0] : Buffer.concat(memory, this.bytes)
    if (bytes === undefined || bytes.length > INLINE_LIMIT) await this.#flush()
    const sink = this.#sink
    if (sink instanceof StoreSink && !(await sink.isOurs())) throw new Error('another process wrote to this body too')
    const body: Uint8Array | StoredBody = bytes ?? new SinkBody(sink as Sink, this.bytes)
    const written: WrittenBody = {
      size: this.bytes,
      digest,
      bytes,
      bodyId: sink?.bodyId,
      tier: sink?.tier,
      body,
      pass: () => this.#followers.end(),
      refuse: (reason) => this.#followers.break(reason, 'all'),
      unread: () => this.#followers.empty(),
    }
    return written
  }

  async #flush(): Promise<void> {
    if (this.#gathered > 0 || this.#sealed === 0) await this.#seal(this.#gathered)
    await this.#writing
  }

  async abandon(because?: Error): Promise<void> {
    const url = this.#plan.url
    const reason = because === undefined ? broken('the download was given up', url) : refusedAs(because, url)
    this.#followers.break(reason, 'all')
    await this.#writing.catch(() => undefined)
    if (!(await this.#plan.keeps(this.#sink))) await this.#sink?.discard()
  }

  /** Goes on with chunks that are at rest: their digest is taken anew, and each is checked on the way. */
  async adopt(sink: Sink, chunks: number): Promise<void> {
    this.#sink = sink
    for (let n = 0; n < chunks; n++) {
      const chunk = await sink.chunk(n)
      for (const hash of this.#hashes.values()) hash.update(chunk)
      this.bytes += chunk.length
      this.#memory?.push(chunk)
      this.#sealed++
    }
    if (this.bytes > this.#plan.memoryLimit) this.#memory = undefined
  }

  follow(): AsyncIterable<Uint8Array> {
    return this.#followers.add()
  }

  /** Bytes from an offset on: out of the gathered ones, else out of the sink. */
  async read(from: number): Promise<Uint8Array> {
    const start = this.bytes - this.#gathered
    if (from < start) {
      const n = Math.floor(from / CHUNK_SIZE)
      await this.#writing
      return (await (this.#sink as Sink).chunk(n)).subarray(from - n * CHUNK_SIZE)
    }
    let offset = start
    for (const piece of this.#pieces) {
      if (from < offset + piece.length) return piece.subarray(from - offset)
      offset += piece.length
    }
    return new Uint8Array(0)
  }
}
