import { open, unlink } from 'node:fs/promises'
import type { Clock } from '../../../src/model/clock.ts'
import { unlessMissing } from './faults.ts'
import type { Layout } from './layout.ts'
import type { Space } from './space.ts'

/** Bytes claimed at one time at most. */
const MOST = 16 * 1024 * 1024

/** No claim is larger than this part of the bound: what is claimed and not used must not make anybody go. */
const PART_OF_ALL = 64

/** A claim has to do for so many appends, or it is not worth its file. */
const WORTH = 4

/** Milliseconds after which a claim is given back that nobody used: nobody says when a body is whole. */
const IDLE = 5_000

interface Claim {
  readonly marker: string
  left: number
  /** Monotonic milliseconds. */
  usedAt: number
}

/**
 * Room for what a growing body will need, taken ahead: to count each of its chunks by itself takes eight calls of the file system for the
 * one that writes it. Taken only where nothing has to go for it, and never more than the body has already.
 */
export class Claims {
  readonly #facts: { readonly layout: Layout; readonly space: Space; readonly clock: Clock }
  readonly #claims = new Map<string, Claim>()
  #timer: { cancel(): void } | undefined

  constructor(facts: { readonly layout: Layout; readonly space: Space; readonly clock: Clock }) {
    this.#facts = facts
  }

  /** Whether there is room for so many bytes more of a body that has `here`; if so it is taken. */
  async take(id: string, bytes: number, here: number): Promise<boolean> {
    const known = this.#claims.get(id)
    if (known !== undefined && known.left >= bytes) return this.#use(known, bytes)
    const size = Math.min(MOST, here, this.#facts.space.maxBytes / PART_OF_ALL)
    if (size < WORTH * bytes) return false
    await this.giveBack(id)
    const claim = await this.#claim(Math.floor(size))
    if (claim === undefined) return false
    this.#claims.set(id, claim)
    this.#giveBackLater()
    return this.#use(claim, bytes)
  }

  /** They were not used. */
  untake(id: string, bytes: number): void {
    const claim = this.#claims.get(id)
    if (claim === undefined) this.#facts.space.giveBack(bytes)
    else claim.left += bytes
  }

  /** The body is whole, or gone. */
  async giveBack(id: string): Promise<void> {
    const claim = this.#claims.get(id)
    if (claim === undefined) return
    this.#claims.delete(id)
    await unlessMissing(unlink(claim.marker))
    this.#facts.space.giveBack(claim.left)
  }

  async close(): Promise<void> {
    this.#timer?.cancel()
    await Promise.all([...this.#claims.keys()].map((id) => this.giveBack(id)))
  }

  #use(claim: Claim, bytes: number): true {
    claim.left -= bytes
    claim.usedAt = this.#facts.clock.monotonic()
    return true
  }

  async #claim(size: number): Promise<Claim | undefined> {
    const { layout, space } = this.#facts
    const marker = layout.staged(size)
    await (await open(marker, 'wx', 0o600)).close()
    const free = await space.claim(size).catch(() => false)
    if (free) return { marker, left: size, usedAt: 0 }
    await unlink(marker)
    return undefined
  }

  #giveBackLater(): void {
    this.#timer ??= this.#facts.clock.setTimeout(() => {
      this.#timer = undefined
      const since = this.#facts.clock.monotonic() - IDLE
      // Where its file cannot be removed it is taken for left over when this process has ended.
      for (const [id, { usedAt }] of this.#claims) if (usedAt <= since) this.giveBack(id).catch(() => undefined)
      if (this.#claims.size > 0) this.#giveBackLater()
    }, IDLE)
  }
}
