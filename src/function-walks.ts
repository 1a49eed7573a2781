import { Company, type Host, type Walk } from './company.ts'
import { asThrown, walk } from './entrance.ts'
import type { FunctionFailures } from './function-failures.ts'
import type { FunctionIndex } from './function-index.ts'
import type { Asked, Counts } from './function-recall.ts'
import { keepFresh } from './function-refresh.ts'
import { argumentsWith, signalOf } from './function-signals.ts'
import type { Space } from './function-space.ts'
import { isBytes } from './model/bytes.ts'
import type { Call } from './model/call.ts'
import type { Held, Served } from './model/rooms.ts'
import type { RefreshSettings } from './model/settings.ts'
import { Unreadable } from './stages/function/value-codec.ts'
import { walked } from './walked.ts'

/** What is walked for, and who is told of it. */
export interface Walked {
  readonly space: Space
  readonly fn: (this: unknown, ...args: unknown[]) => unknown
  readonly refresh: RefreshSettings | undefined
  readonly keyOf: (asked: Asked) => string
  readonly index: FunctionIndex
  readonly failures: FunctionFailures
  readonly counts: Counts
}

/** A call as it was made: what its caller does to the arguments since is not for the function to see. */
interface Made extends Asked {
  readonly own: readonly unknown[]
}

/** Those who ask the same, by what they say, and what they are given where nobody can read what is stored. */
interface Others {
  readonly text: string | undefined
  readonly anew?: () => Promise<unknown>
}

/** The walks of one function: a call that memory does not answer → the run of somebody → a result. */
export class FunctionWalks {
  readonly #of: Walked
  /** By what tells a call before it is read, and by its text where that is what it takes. */
  readonly #byName: Company<unknown, unknown>
  readonly #byText: Company<string, unknown>

  constructor(of: Walked) {
    this.#of = of
    const { house } = of.space
    const host: Host<unknown> = {
      house: () => house,
      give: (served, along) => this.#given(served, along),
      givesOne: of.space.results.givesOne,
      told: (error, call) => asThrown(error, house.responses.told(error, call)),
      counted: (outcome, members) => this.#count(outcome, members),
    }
    this.#byName = new Company(host)
    this.#byText = new Company(host)
  }

  /** Goes along with who asks the same just now; undefined where nobody does. */
  along(asked: Asked): Promise<unknown> | undefined {
    const name = this.#of.space.recall.nameOf(asked)
    return name === undefined || this.#isWithin() ? undefined : this.#byName.join(name)
  }

  alongBy(text: string, { args }: Asked): Promise<unknown> | undefined {
    return this.#isWithin() || signalOf(args) !== undefined ? undefined : this.#byText.join(text)
  }

  /** A running function walks by itself: it may be what the other one waits for. */
  #isWithin(): boolean {
    return this.#of.space.house.runs.caller() !== undefined
  }

  /** `text`: what others say who ask the same, and may go along. */
  go(call: Call, asked: Asked, text?: string): Promise<unknown> {
    return this.#go(call, { ...asked, own: this.#of.space.copied(asked.args) }, text)
  }

  #go(call: Call, asked: Made, text?: string): Promise<unknown> {
    return this.#of.space.house.walks.during(this.#result(call, asked, text))
  }

  async #result(call: Call, asked: Made, text: string | undefined): Promise<unknown> {
    const { results } = this.#of.space
    let walking: Promise<Served> | undefined
    const anew = async (): Promise<unknown> => {
      // It is no better to fall back to.
      walking ??= this.#walk({ ...call, cache: 'reload', settings: { ...call.settings, fallback: false } }, asked)
      return results.of(await walking)
    }
    const served = await this.#walk(call, asked, { text, anew })
    return results.of(served).catch((error: unknown) => otherwise(error, served, anew))
  }

  #given(served: Served, { alone, anew = alone }: Walk<unknown>): unknown {
    const { results } = this.#of.space
    const instead = (error: unknown): unknown => otherwise(error, served, anew)
    try {
      return isBytes(served.body) ? results.decoded(served.held, served.body) : results.of(served).catch(instead)
    } catch (error) {
      return instead(error)
    }
  }

  async #walk(call: Call, asked: Made, { text, anew }: Others = { text: undefined }): Promise<Served> {
    const { space, failures, index } = this.#of
    const { house } = space
    const { words } = failures
    const signal = signalOf(asked.own)
    const asking = { ...this.#withOrigin(call, { self: asked.self, args: asked.own }), caller: house.runs.caller(), signal }
    const walking = walked(house, asking)
    if (text !== undefined)
      this.#lead(text, asked, { call: asking, walking, alone: () => this.#go(call, asked), ...(anew && { anew }) })
    const served = await walk(house, asking, walking).catch((error: unknown) => {
      this.#count('failed', 1)
      if (signal?.aborted !== true) failures.note(call.key, error, { clock: house.clock, words })
      throw error
    })
    failures.forget(call.key)
    if (served.held.tier !== undefined) {
      index.note(call, house)
      this.keepFresh(call, asked, served.held)
    }
    this.#count(served.outcome, 1)
    return served
  }

  #lead(text: string, asked: Asked, walk: Walk<unknown>): void {
    const name = this.#of.space.recall.nameOf(asked)
    if (name === undefined) this.#byText.lead(text, walk)
    else this.#byName.lead(name, walk)
  }

  #count(outcome: Served['outcome'] | 'failed', calls: number): void {
    const { counts } = this.#of
    counts[outcome === 'hit' || outcome === 'stale' ? 'hits' : 'misses'] += calls
    if (outcome === 'stale' || outcome === 'fallback') counts.stale += calls
  }

  #withOrigin(call: Call, { self, args }: Asked): Call {
    const { space, fn } = this.#of
    const { house, codec, copied } = space
    // The function may add to the tags of its own call, and of no other.
    const tags = [...call.settings.tags]
    const work = (signal: AbortSignal): unknown => fn.apply(self, argumentsWith(signal, copied(args)))
    const origin = house.runs.origin({ key: call.key, work, codec, tags })
    return { ...call, settings: { ...call.settings, tags }, origin }
  }

  keepFresh(call: Call, { self, args }: Asked, held: Held): void {
    const { space, refresh } = this.#of
    if (refresh === undefined) return
    const kept = [...args]
    const keyOf = (of: unknown): string => this.#of.keyOf({ self: of, args: kept })
    const withOrigin = (again: Call, of: unknown): Call =>
      this.#withOrigin(again, { self: of, args: this.#of.space.copied(kept) })
    keepFresh(space.house, call, { held, refresh, repeat: { self, keyOf, withOrigin } })
  }
}

/** The function ran for it just now: to run it again would bring the same. */
const isNew = ({ outcome }: Served): boolean => outcome === 'miss' || outcome === 'revalidated'

/**
 * What was stored by another release, or is damaged, is as good as not there. Where the function ran in this walk, and failed, that is what
 * its callers are told; in a cool-down the failure is that of an earlier one.
 */
function otherwise(error: unknown, served: Served, had: () => unknown): unknown {
  if (!(error instanceof Unreadable) || isNew(served)) throw error
  if (served.outcome === 'fallback' && served.status.name === 'forwarded' && served.attempts.length > 0) throw served.error
  return had()
}
