import { createHash, type Hash } from 'node:crypto'
import { CHUNK_SIZE, INLINE_LIMIT } from '../../model/record.ts'
import type { BodyWriter, Readers, StoredBody, WrittenBody } from '../../model/rooms.ts'
import { broken, refusedAs } from './breaks.ts'
import { Followers } from './followers.ts'
import { Gathered } from './gathered.ts'
import { type Sink, StoreSink } from './sinks.ts'
import type { WriterPlan } from './writer-plan.ts'

/** Takes a body as it arrives: hashes it, gathers chunks of 1 MiB, and has one chunk on its way to the sink while the next fills. */
export class ChunkWriter implements BodyWriter {
  bytes = 0
  readonly #plan: WriterPlan
  readonly #followers: Followers
  #hashes = new Map<string, Hash>()
  #memory: Uint8Array[] | undefined
  #sink: Sink | undefined
  #gathered = new Gathered()
  #sealed = 0
  #writing: Promise<void> = Promise.resolve()
  /** 'left': given up, though what is at rest may have stayed. */
  #state: 'open' | 'left' | 'finished' = 'open'
  /** Those who have read nothing yet wait for another body, and are given none of this one. */
  #parked = false
  #epoch = 0
  /** What the whole became, where it is not bytes. */
  #body: StoredBody | undefined
  /** The writer that took this one's place. */
  #heir: ChunkWriter | undefined

  constructor(plan: WriterPlan) {
    this.#plan = plan
    const bytes = (): number => (this.#parked ? 0 : this.bytes)
    this.#followers = new Followers({ bytes, epoch: () => this.#epoch, read: (from) => this.read(from) }, plan.hold)
    this.#begin()
  }

  #begin(): void {
    this.bytes = 0
    this.#hashes = new Map(['sha256', ...this.#plan.algorithms].map((name) => [name, createHash(name)]))
    this.#memory = (this.#plan.expected ?? 0) <= this.#plan.memoryLimit ? [] : undefined
    this.#sink = undefined
    this.#gathered = new Gathered()
    this.#sealed = 0
    this.#writing = Promise.resolve()
    this.#state = 'open'
    this.#parked = false
    this.#body = undefined
    this.#epoch++
  }

  #break(reason: Error, whom: Readers): void {
    this.#parked = true
    this.#epoch++
    this.#followers.break(reason, whom)
  }

  async write(piece: Uint8Array): Promise<void> {
    for (const hash of this.#hashes.values()) hash.update(piece)
    this.bytes += piece.length
    this.#gathered.add(piece)
    this.#memory?.push(piece)
    if (this.bytes > this.#plan.memoryLimit) this.#memory = undefined
    while (this.#gathered.size >= CHUNK_SIZE) await this.#seal(CHUNK_SIZE)
    this.#followers.wake()
  }

  /** Moves the oldest `size` gathered bytes to the sink; waits for the chunk before, so at most two are in memory. */
  async #seal(size: number): Promise<void> {
    const chunk = this.#gathered.take(size)
    const n = this.#sealed++
    const before = this.#writing
    // At once: who reads these bytes from now on finds them neither among the gathered ones nor at rest, and waits for this.
    this.#writing = before.then(() => this.#append(chunk, n))
    // The next seal, or the end, waits for it and sees its failure.
    this.#writing.catch(() => undefined)
    await before
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
    if (this.#state === 'open') await this.restart()
    // What was kept to be gone on with is not, and another body's record will stand in the place of its own.
    if (this.#state === 'left') await this.#sink?.discard().catch(() => undefined)
    this.#heir = to
    this.#followers.moveTo(to.#followers)
  }

  async finish(): Promise<WrittenBody> {
    const digest = this.#hash('sha256').copy().digest('hex')
    const memory = this.#memory
    const bytes = memory === undefined ? undefined : memory.length === 1 ? memory[0] : Buffer.concat(memory, this.bytes)
    if (bytes === undefined || bytes.length > INLINE_LIMIT) await this.#flush()
    const sink = this.#sink
    if (sink instanceof StoreSink && !(await sink.isOurs())) throw new Error('another process wrote to this body too')
    const unread = (): Promise<void> => this.#followers.empty()
    const body = this.#plan.resting({ bytes, sink, size: this.bytes, unread })
    // What follows from now on reads what is at rest: a stream that is kept and not read holds no bytes.
    this.#memory = undefined
    if (!(body instanceof Uint8Array)) this.#body = body
    const written: WrittenBody = {
      size: this.bytes,
      digest,
      bytes,
      bodyId: sink?.bodyId,
      tier: sink?.tier,
      body,
      pass: () => this.#followers.end(),
      refuse: (reason, whom) => this.#break(reason, whom),
      discard: async () => sink?.discard(),
      unread,
    }
    this.#state = 'finished'
    return written
  }

  async #flush(): Promise<void> {
    if (this.#gathered.size > 0 || this.#sealed === 0) await this.#seal(this.#gathered.size)
    await this.#writing
  }

  async abandon(whom: Readers, because?: Error): Promise<void> {
    const url = this.#plan.url
    const reason = because === undefined ? broken('the download was given up', url) : refusedAs(because, url)
    this.#break(reason, whom)
    if (this.#state !== 'open') return
    this.#state = 'left'
    await this.#writing.catch(() => undefined)
    if (!(await this.#plan.keeps(this.#sink, this.#sealed))) await this.#sink?.discard()
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
    return this.#heir?.follow() ?? this.#followers.add()
  }

  /** Bytes from an offset on: out of the gathered ones, else out of the sink. */
  async read(from: number): Promise<Uint8Array> {
    const start = this.bytes - this.#gathered.size
    if (from < start) {
      const n = Math.floor(from / CHUNK_SIZE)
      await this.#writing
      return (await (this.#body ?? (this.#sink as Sink)).chunk(n)).subarray(from - n * CHUNK_SIZE)
    }
    return this.#gathered.from(from - start)
  }
}
