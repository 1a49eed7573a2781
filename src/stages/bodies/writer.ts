import { isBytes } from '../../model/bytes.ts'
import { CHUNK_SIZE, INLINE_LIMIT } from '../../model/record.ts'
import type { BodyWriter, Readers, StoredBody, WrittenBody } from '../../model/rooms.ts'
import { broken, leftAs, refusedAs } from './breaks.ts'
import { Chunk, ChunkRooms } from './chunk.ts'
import { ChunkInHand } from './chunk-in-hand.ts'
import { Digests } from './digests.ts'
import { Followers } from './followers.ts'
import { Gathered } from './gathered.ts'
import { Resting } from './resting.ts'
import type { Sink } from './sinks.ts'
import type { WriterPlan } from './writer-plan.ts'

/** Takes a body as it arrives: hashes it, gathers chunks of 1 MiB, and has one chunk on its way to the sink while the next fills. */
export class ChunkWriter implements BodyWriter {
  readonly #plan: WriterPlan
  readonly #inHand = new ChunkInHand()
  readonly #followers: Followers
  #digests = new Digests([])
  #memory: Gathered | undefined
  #rooms = new ChunkRooms()
  /** Bytes of the chunks that are at rest or on their way. */
  #handedOn = 0
  /** What comes, until it is a whole chunk. */
  #gathered = new Chunk()
  #resting: Resting
  /** 'left': given up, though what is at rest may have stayed. */
  #state: 'open' | 'left' | 'finished' = 'open'
  /** Those who have read nothing yet wait for another body, and are given none of this one. */
  #parked = false
  #epoch = 0
  /** What the whole became, where it is not bytes. */
  #body: StoredBody | undefined
  /** Where it is: those who follow read what is at rest, and these for as long as somebody else keeps them. */
  #bytes: WeakRef<Uint8Array> | undefined
  /** The writer that took this one's place. */
  #heir: ChunkWriter | undefined

  constructor(plan: WriterPlan) {
    this.#plan = plan
    const bytes = (): number => (this.#parked ? 0 : this.bytes)
    const read = (from: number, most: number): Promise<Uint8Array> => this.read(from, most)
    this.#followers = new Followers({ url: plan.url, bytes, epoch: () => this.#epoch, read }, plan.hold)
    this.#resting = this.#begin()
  }

  #begin(): Resting {
    this.#digests = new Digests(this.#plan.algorithms)
    this.#memory = (this.#plan.expected ?? 0) <= this.#plan.memoryLimit ? new Gathered() : undefined
    this.#rooms = new ChunkRooms()
    this.#handedOn = 0
    this.#gathered = this.#nextChunk()
    this.#state = 'open'
    this.#parked = false
    this.#body = undefined
    this.#bytes = undefined
    this.#epoch++
    this.#inHand.forget()
    const { open, lost, began } = this.#plan
    const rooms = this.#rooms
    return new Resting({ open, lost, began, whole: () => this.#memory?.all(), rested: (chunk) => rooms.giveBack(chunk) })
  }

  /** What memory keeps in its pieces anyway is not put together as it comes. */
  #nextChunk(): Chunk {
    return new Chunk(this.#memory === undefined ? this.#rooms.take() : undefined)
  }

  get bytes(): number {
    return this.#handedOn + this.#gathered.size
  }

  #break(reason: Error, whom: Readers): void {
    this.#parked = true
    this.#epoch++
    this.#followers.break(reason, whom)
  }

  async write(piece: Uint8Array): Promise<void> {
    this.#memory?.add(piece)
    if (this.bytes + piece.length > this.#plan.memoryLimit) this.#memory = undefined
    this.#digests.add(piece, this.#memory === undefined ? 'passes' : 'stays')
    for (let rest = this.#gathered.add(piece); this.#gathered.isFull; rest = this.#gathered.add(rest))
      await this.#handOn(this.#nextChunk())
    this.#followers.wake()
  }

  async #handOn(next: Chunk): Promise<void> {
    const chunk = this.#gathered
    this.#gathered = next
    this.#handedOn += chunk.size
    await this.#resting.add(chunk)
  }

  digest(algorithm: string): string {
    return this.#digests.of(algorithm, 'base64')
  }

  async restart(because?: Error): Promise<void> {
    const over = 'the origin started the body over after a part of it had been handed out'
    const reason = because === undefined ? broken(over, this.#plan.url) : refusedAs(because, this.#plan.url)
    // Until the new one begins nobody reads the old one either: who did would be told of neither.
    this.#break(reason, 'who have read')
    const resting = this.#resting
    await resting.settled()
    this.#resting = this.#begin()
    await resting.discard()
    // A record of what is no more is none to go on with, and goes when it is a day old.
    await this.#plan.ended().catch(() => undefined)
  }

  async handOver(to: ChunkWriter, breaks: Readers = 'who have read'): Promise<void> {
    if (breaks === 'all') this.#followers.break(broken('the origin started over with another answer', this.#plan.url), breaks)
    if (this.#state === 'open') await this.restart()
    // What was kept to be gone on with is not, and another body's record will stand in the place of its own.
    if (this.#state === 'left') await this.#resting.discard()
    if (breaks === 'all') return
    this.#heir = to
    this.#followers.moveTo(to.#followers)
  }

  async finish(): Promise<WrittenBody> {
    const digest = this.#digests.of('sha256', 'hex')
    const bytes = this.#memory?.all()
    if (bytes === undefined || bytes.length > INLINE_LIMIT) await this.#flush()
    await this.#resting.proved()
    this.#rooms.close()
    const { sink } = this.#resting
    const unread = (): Promise<void> => this.#followers.empty()
    const body = this.#plan.resting({ bytes, sink, size: this.bytes, unread })
    // What follows from now on reads what is at rest: a stream that is kept and not read holds no bytes.
    this.#memory = undefined
    if (!isBytes(body)) this.#body = body
    else if (sink !== undefined) this.#bytes = new WeakRef(body)
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
    if (this.#gathered.size > 0 || this.#resting.chunks === 0) await this.#handOn(new Chunk())
  }

  async abandon(whom: Readers, because?: unknown): Promise<void> {
    this.#break(leftAs(because, this.#plan.url), whom)
    if (this.#state !== 'open') return
    this.#state = 'left'
    await this.#resting.settled()
    this.#rooms.close()
    const { sink, chunks } = this.#resting
    if (!(await this.#plan.keeps(sink, chunks))) await this.#resting.discard()
  }

  /** Goes on with chunks that are at rest: their digest is taken anew, and each is checked on the way. */
  async adopt(sink: Sink, chunks: number): Promise<void> {
    for (let n = 0; n < chunks; n++) {
      const chunk = await sink.chunk(n)
      this.#digests.add(chunk, 'passes')
      this.#handedOn += chunk.length
      this.#memory?.add(chunk)
    }
    this.#resting.adopt(sink, chunks)
    if (this.bytes > this.#plan.memoryLimit) this.#memory = undefined
  }

  follow(told: number | undefined = this.#plan.expected): AsyncIterable<Uint8Array> {
    return this.#heir?.follow(told) ?? this.#followers.add(told)
  }

  /** A copy of bytes from an offset on: out of memory, as long as they are there, else out of what is at rest. */
  async read(from: number, most: number): Promise<Uint8Array> {
    const n = Math.floor(from / CHUNK_SIZE)
    const at = from - n * CHUNK_SIZE
    const coming = n === this.#resting.chunks ? this.#gathered : this.#resting.coming(n)
    if (coming !== undefined) return coming.copied(at, most)
    if (this.#memory !== undefined) return new Uint8Array(this.#memory.from(from).subarray(0, most))
    const bytes = this.#bytes?.deref()?.subarray(n * CHUNK_SIZE, (n + 1) * CHUNK_SIZE)
    const chunk = bytes ?? (await this.#inHand.read(n, () => (this.#body ?? this.#resting).chunk(n)))
    return new Uint8Array(chunk.subarray(at, at + most))
  }
}
