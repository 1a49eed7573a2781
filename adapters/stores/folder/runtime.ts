import { rmdir } from 'node:fs/promises'
import type { Clock } from '../../../src/model/clock.ts'
import { Bodies } from './bodies.ts'
import type { CountedFile } from './census.ts'
import { Layout } from './layout.ts'
import { Leases } from './leases.ts'
import { type ListingFacts, listKeys, type Range } from './listing.ts'
import { preparePlace } from './place.ts'
import { Recency } from './recency.ts'
import { Space } from './space.ts'
import { Tally } from './tally.ts'
import { type InOrder, Slots } from './turns.ts'
import { Upkeep } from './upkeep.ts'
import { type ValueFacts, Values } from './values.ts'
import { writersHere } from './writers.ts'

export type Evicted = (evicted: { key: string; bytes: number }) => void

export interface RuntimeFacts {
  readonly dir: string
  /** The same, whatever the program's working directory becomes. */
  readonly path: string
  readonly mode: 'read' | 'write'
  readonly maxBytes: number
  readonly clock: Clock
  readonly order: InOrder
  readonly tell: Evicted
}

/** One user's rooms over one folder. */
export class Runtime {
  readonly values: Values
  readonly bodies: Bodies
  readonly leases: Leases
  readonly upkeep: Upkeep
  readonly #facts: RuntimeFacts
  readonly #layout: Layout
  readonly #recency: Recency
  readonly #space: Space
  readonly #listing: ListingFacts

  private constructor(facts: RuntimeFacts, layout: Layout, upkeep: Upkeep) {
    const { clock, maxBytes } = facts
    const slots = new Slots()
    this.#facts = facts
    this.#layout = layout
    this.upkeep = upkeep
    this.#recency = new Recency(clock, slots)
    const [tally, recency] = [new Tally(layout), this.#recency]
    this.#space = new Space({ layout, clock, tally, recency, maxBytes, givenUp: (file) => this.#givenUp(file) })
    this.leases = new Leases(layout, clock)
    const damaged: ValueFacts['damaged'] = (lost) => this.#lost(lost)
    this.values = new Values({ layout, clock, leases: this.leases, space: this.#space, recency, slots, damaged })
    this.bodies = new Bodies({ layout, mode: facts.mode, clock, space: this.#space, recency })
    this.#listing = { layout, slots, now: () => clock.now() }
  }

  /** @throws STORE that names the path and the cure. */
  static async open(facts: RuntimeFacts): Promise<Runtime> {
    const { dir, path, mode, clock } = facts
    const writers = await writersHere()
    const layout = new Layout({ dir, absolute: path, writer: writers.own })
    await preparePlace(layout, { path, mode })
    const runtime = new Runtime(facts, layout, new Upkeep({ layout, writers, clock }))
    if (mode === 'write') runtime.upkeep.consider()
    return runtime
  }

  get(key: string, recency: 'touch' | 'keep'): Promise<Uint8Array | undefined> {
    return this.values.get(key, this.#facts.mode === 'read' ? 'keep' : recency)
  }

  keys(range: Range): AsyncGenerator<string> {
    return listKeys(this.#listing, range)
  }

  async close(): Promise<void> {
    await this.bodies.close()
    await this.upkeep.ended()
    if (this.#facts.mode === 'read') return
    await this.leases.settled()
    await this.#recency.mark()
    await this.#space.settled()
    // Another user of this process may be writing there.
    await rmdir(this.#layout.desk).catch(() => undefined)
  }

  #givenUp({ key, kind, size }: CountedFile): void {
    // A file that stays open is closed when it is idle.
    if (kind === 'body') this.bodies.forget(key).catch(() => undefined)
    this.#tell(key, size)
  }

  #lost({ key, bytes, file }: Parameters<ValueFacts['damaged']>[0]): void {
    this.#tell(key, bytes)
    if (this.#facts.mode === 'read') return
    // Where it cannot be removed it is met again, and is a miss again.
    this.#facts.order.run([key], () => this.values.removeDamaged(key, file)).catch(() => undefined)
  }

  #tell(key: string, bytes: number): void {
    // Not within the write: a listener that throws must not look like a write that failed.
    queueMicrotask(() => this.#facts.tell({ key, bytes }))
  }
}
