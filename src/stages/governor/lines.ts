import type { PriorityQueue } from 'p-queue'
import type { Clock } from '../../model/clock.ts'
import { type HostRules, MOST_IDLE, type Pace } from '../../model/limits.ts'
import { Recollection } from '../../model/recollection.ts'
import type { Wish } from '../../model/rooms.ts'
import { Line } from './line.ts'
import type { Pacer } from './pacer.ts'
import type { Distance } from './spacing.ts'
import { Turns } from './turns.ts'
import type { End } from './waiting.ts'

export interface LinesRooms {
  readonly clock: Clock
  /** Requests in flight over all lines. */
  readonly total: number
  readonly open: (bucket: string, pace: Pace) => Promise<Pacer>
  /** Throws where one more than these would be too many. */
  readonly refuse: (waiting: number, bucket: string) => void
  /** A host is treated in another way from now on. */
  readonly told: (bucket: string) => void
}

/** Who has its turn, in which line. */
interface Entered {
  readonly line: Line
  readonly leave: () => void
}

/** All lines, and whose turn it is. A line is there while somebody is in it, or while there is something to remember of its host. */
export class Lines {
  readonly #rooms: LinesRooms
  readonly #lines = new Map<string, Line>()
  /** Lines whose pacer is being loaded; who comes meanwhile waits for the same one. */
  readonly #opening = new Map<string, Promise<Line>>()
  readonly #turns = new Turns<Line>()
  /** Idle lines that are kept for what was learnt of their hosts. */
  readonly #learnt = new Recollection<string, Line>(MOST_IDLE, (_bucket, line) => this.#drop(line))
  /** Idle lines whose pace is still to be remembered for a while. */
  readonly #resting = new Map<Line, { cancel(): void }>()
  /** The line that was dropped last, where all it has is a place: its host is likely to be the next one too. */
  #spare: Line | undefined
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

  /** Without a wait, where nobody is before this one; undefined where it is to `enter`. */
  enterAtOnce(rules: HostRules, { signal }: Wish): Entered | undefined {
    if (signal.aborted || this.#running >= this.#rooms.total) return undefined
    const line = this.#there(rules)
    if (line === undefined) return undefined
    const end = line.pass()
    if (end === undefined) return undefined
    this.#running += 1
    return this.#entered(line, end)
  }

  /** Resolves when it is this one's turn; rejects with the signal's reason. Without a distance the line keeps those that it has. */
  async enter(rules: HostRules, wish: Wish, distance?: Distance): Promise<Entered> {
    const line = this.#there(rules) ?? (await this.#opened(rules))
    try {
      wish.signal.throwIfAborted()
      line.refuse(wish)
      // Those who come in one moment were all told that there is room. Who waited for a robots.txt is not to fail for it.
      if (!rules.robots) this.#rooms.refuse(line.queued, rules.bucket)
      if (distance !== undefined) line.space(wish.host, distance)
      return this.#entered(line, await line.enter(wish))
    } catch (error) {
      // Those who waited with this one until the line was open come in the same moment, and it is theirs.
      queueMicrotask(() => this.#tidy(line))
      throw error
    }
  }

  #entered(line: Line, end: End): Entered {
    let isHere = true
    const leave = (): void => {
      if (!isHere) return
      isHere = false
      this.#running -= 1
      end()
    }
    return { line, leave }
  }

  async close(): Promise<void> {
    for (const timer of this.#resting.values()) timer.cancel()
    await Promise.all(this.all.map((line) => line.close()))
  }

  /** A line that is being opened is there already, but who opens it is told a moment later: nobody goes before them. */
  #there(rules: HostRules): Line | undefined {
    if (this.#opening.has(rules.bucket)) return undefined
    const line = this.#lines.get(rules.bucket) ?? this.#again(rules)
    if (line !== undefined || this.#Queue === undefined || rules.pace !== undefined) return line
    return this.#begun(rules, this.#Queue, undefined)
  }

  #again({ bucket }: HostRules): Line | undefined {
    const line = this.#spare
    if (line?.rules.bucket !== bucket) return undefined
    this.#spare = undefined
    this.#lines.set(bucket, line)
    return line
  }

  #opened(rules: HostRules): Promise<Line> {
    const { bucket } = rules
    const opening = this.#opening.get(bucket) ?? this.#open(rules).finally(() => this.#opening.delete(bucket))
    this.#opening.set(bucket, opening)
    return opening
  }

  async #open(rules: HostRules): Promise<Line> {
    this.#Queue ??= (await import('p-queue')).PriorityQueue
    const pacer = rules.pace === undefined ? undefined : await this.#rooms.open(rules.bucket, rules.pace)
    return this.#begun(rules, this.#Queue, pacer)
  }

  #begun(rules: HostRules, Queue: typeof PriorityQueue, pacer: Pacer | undefined): Line {
    const { clock, told } = this.#rooms
    const line: Line = new Line(rules, {
      clock,
      queue: new Queue(),
      pacer,
      changed: () => this.#changed(line),
      told: () => {
        told(rules.bucket)
        // It may have stood ready for a place among all: a host that asks for a pause, or bears less, loses its turn.
        this.#changed(line)
      },
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
    const { bucket, pace, robots } = line.rules
    if (this.#lines.get(bucket) !== line) return
    this.#lines.delete(bucket)
    if (pace === undefined && !robots) {
      this.#spare = line
      return
    }
    // Whatever it may be that its pacer has to put away: nobody waits for it.
    line.close().catch(() => undefined)
  }
}
