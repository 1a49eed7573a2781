import type { PriorityQueue } from 'p-queue'
import type { Clock } from '../../model/clock.ts'
import type { HostRules, Pace } from '../../model/limits.ts'
import type { Wish } from '../../model/rooms.ts'
import { Line } from './line.ts'
import type { Pacer } from './pacer.ts'
import { Recollection } from './recollection.ts'
import type { Distance } from './spacing.ts'
import { Turns } from './turns.ts'

export interface LinesRooms {
  readonly clock: Clock
  /** Requests in flight over all lines. */
  readonly total: number
  readonly open: (bucket: string, pace: Pace) => Promise<Pacer>
  /** A host is treated in another way from now on. */
  readonly told: (bucket: string) => void
}

/** All lines, and whose turn it is. A line is there while somebody is in it, or while there is something to remember of its host. */
export class Lines {
  readonly #rooms: LinesRooms
  readonly #lines = new Map<string, Line>()
  /** Lines whose pacer is being loaded; who comes meanwhile waits for the same one. */
  readonly #opening = new Map<string, Promise<Line>>()
  readonly #turns = new Turns<Line>()
  /** Idle lines that are kept for what was learnt of their hosts. */
  readonly #learnt = new Recollection<string, Line>((_bucket, line) => this.#drop(line))
  /** Idle lines whose pace is still to be remembered for a while. */
  readonly #resting = new Map<Line, { cancel(): void }>()
  #running = 0
  #isTurning = false
  /** Imported at the first miss. */
  #Queue: typeof PriorityQueue | undefined

  constructor(rooms: LinesRooms) {
    this.#rooms = rooms
  }

  get(bucket: string): Line | undefined {
    return this.#lines.get(bucket)
  }

  get all(): readonly Line[] {
    return [...this.#lines.values()]
  }

  /** Resolves when it is this one's turn; rejects with the signal's reason. Without a distance the line keeps those that it has. */
  async enter(rules: HostRules, wish: Wish, distance?: Distance): Promise<{ line: Line; leave: () => void }> {
    // A line that is being opened is there already, but who opens it is told a moment later: nobody goes before them.
    const there = this.#opening.has(rules.bucket) ? undefined : this.#lines.get(rules.bucket)
    const line = there ?? (await this.#opened(rules))
    try {
      wish.signal.throwIfAborted()
      if (distance !== undefined) line.space(wish.host, distance)
      const end = await line.enter(wish)
      let isHere = true
      const leave = (): void => {
        if (!isHere) return
        isHere = false
        this.#running -= 1
        end()
      }
      return { line, leave }
    } catch (error) {
      this.#tidy(line)
      throw error
    }
  }

  async close(): Promise<void> {
    for (const timer of this.#resting.values()) timer.cancel()
    await Promise.all(this.all.map((line) => line.close()))
  }

  #opened(rules: HostRules): Promise<Line> {
    const { bucket } = rules
    const opening = this.#opening.get(bucket) ?? this.#open(rules).finally(() => this.#opening.delete(bucket))
    this.#opening.set(bucket, opening)
    return opening
  }

  async #open(rules: HostRules): Promise<Line> {
    const { clock, open, told } = this.#rooms
    this.#Queue ??= (await import('p-queue')).PriorityQueue
    const line: Line = new Line(rules, {
      clock,
      queue: new this.#Queue(),
      pacer: rules.pace === undefined ? undefined : await open(rules.bucket, rules.pace),
      changed: () => this.#changed(line),
      told: () => told(rules.bucket),
    })
    this.#lines.set(rules.bucket, line)
    return line
  }

  /** Whoever may go now goes. One who goes changes things too, and that is seen by the turn that is under way. */
  #changed(line: Line): void {
    this.#turns.place(line, line.ready)
    if (!this.#isTurning) {
      this.#isTurning = true
      this.#turn()
      this.#isTurning = false
    }
    this.#tidy(line)
  }

  #turn(): void {
    while (this.#running < this.#rooms.total) {
      const line = this.#turns.take()
      if (line === undefined) return
      this.#running += 1
      line.start()
      this.#turns.place(line, line.ready)
    }
  }

  #tidy(line: Line): void {
    const { bucket } = line.rules
    const { idle } = line
    this.#learnt.delete(bucket)
    this.#resting.get(line)?.cancel()
    this.#resting.delete(line)
    if (idle === 'learnt') this.#learnt.set(bucket, line)
    else if (idle === 'yes') this.#drop(line)
    else if (idle !== 'no')
      this.#resting.set(
        line,
        this.#rooms.clock.setTimeout(() => this.#tidy(line), idle),
      )
  }

  #drop(line: Line): void {
    const { bucket } = line.rules
    if (this.#lines.get(bucket) !== line) return
    this.#lines.delete(bucket)
    // Whatever it may be that its pacer has to put away: nobody waits for it.
    line.close().catch(() => undefined)
  }
}
