import type { House } from './house.ts'
import type { Call } from './model/call.ts'
import type { Clock } from './model/clock.ts'
import { dropped } from './model/dropped.ts'
import type { VersionInfo } from './model/inspection.ts'
import type { EntryRecord } from './model/record.ts'
import { hasLabel } from './policy/selection.ts'
import { allVersions, chosenBy } from './policy/version-choice.ts'
import { versionInfo } from './policy/version-info.ts'

/** Milliseconds between two looks at what other processes have stored. */
const LOOK_EVERY = 1_000

export interface Change {
  version: VersionInfo
  /** The version before it in its variant. */
  previous?: VersionInfo
}

/** Ids of versions that may be served and are newer than `since`, oldest first. */
function newer(entry: EntryRecord | undefined, since: string): string[] {
  return allVersions(entry?.variants ?? [])
    .filter(({ ref }) => ref.id > since && !hasLabel(ref, 'failed') && !hasLabel(ref, 'unproven'))
    .map(({ ref }) => ref.id)
    .toReversed()
}

/**
 * Each version that is stored from now on, by whichever process on the same tiers, with the one before. It asks no origin: refreshes
 * are the callers' business. Who waits for the next one keeps the process alive. Ends when the instance is closed; rejects with the signal's
 * reason when that aborts.
 */
export function watched(house: House, calling: Promise<Call>, signal: AbortSignal | undefined): AsyncIterableIterator<Change> {
  const watch = listening(house, calling, signal)
  const news = changes(house, watch)
  // What it listened to may live as long as the process.
  dropped.register(news, watch.over)
  return {
    // Who waits for news is somebody who waits, though idle() does not wait for it.
    next: () => house.presence.during(news.next()),
    // A generator would first wait for the news that is asked for.
    return: () => {
      watch.isOver = true
      watch.bell.ring()
      return news.return(undefined)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

interface Watch {
  readonly begun: Promise<{ call: Call; since: string }>
  readonly bell: Bell
  readonly signal: AbortSignal | undefined
  /** Its reader has left. */
  isOver: boolean
  readonly over: () => void
}

/** In a function of its own, so that what hears the news does not keep the one who reads it. */
function listening(house: House, calling: Promise<Call>, signal: AbortSignal | undefined): Watch {
  const bell = new Bell(house.clock)
  // From this very moment on: what is stored while the first look is under way is news too. Of other entries too, so only until then.
  let heard: string[] | undefined = []
  let key: string | undefined
  const begun = calling.then(async (call) => {
    key = call.key
    const known = await house.tiers.known(call)
    const since = allVersions(known?.variants ?? []).find(({ ref }) => heard?.includes(ref.id) !== true)?.ref.id ?? ''
    heard = undefined
    return { call, since }
  })
  begun.catch(() => undefined)
  const stop = house.emitter.on('stored', (news) => {
    heard?.push(news.version.id)
    // Else each download would be as many questions to the stores as there are watches.
    if (key === undefined || news.key === key) bell.ring()
  })
  const ends = [house.closing, ...(signal === undefined ? [] : [signal])]
  for (const end of ends) end.addEventListener('abort', bell.ring)
  const over = (): void => {
    stop()
    for (const end of ends) end.removeEventListener('abort', bell.ring)
  }
  return { begun, bell, signal, isOver: false, over }
}

async function* changes(house: House, watch: Watch): AsyncGenerator<Change, undefined> {
  const { begun, bell, signal, over } = watch
  const goesOn = (): boolean => !watch.isOver && !house.isClosed()
  try {
    const { call, ...first } = await begun
    let { since } = first
    while (goesOn()) {
      signal?.throwIfAborted()
      for (const id of newer(await house.tiers.known(call), since)) {
        since = id
        const change = await changeOf(house, call, id)
        if (change !== undefined) yield change
      }
      if (goesOn()) await bell.rung(LOOK_EVERY)
    }
  } finally {
    over()
  }
}

/** Undefined where it has gone meanwhile. */
async function changeOf({ tiers, clock }: House, call: Call, id: string): Promise<Change | undefined> {
  const now = clock.now()
  const held = await tiers.pick(call, chosenBy({ name: 'version', id }, now))
  if (held === undefined) return undefined
  const version = versionInfo(held, now)
  if (version.previous === undefined) return { version }
  const before = await tiers.pick(call, chosenBy({ name: 'version', id: version.previous }, now))
  return { version, ...(before !== undefined && { previous: versionInfo(before, now) }) }
}

/** Wakes one who waits. Rung while nobody does, it is heard by the next. */
class Bell {
  readonly #clock: Clock
  #answered: (() => void) | undefined
  #wasRung = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  readonly ring = (): void => {
    this.#wasRung = true
    this.#answered?.()
  }

  /** Resolves when it is rung, or after `ms`. */
  rung(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const answer = (): void => {
        timer.cancel()
        this.#answered = undefined
        this.#wasRung = false
        resolve()
      }
      const timer = this.#clock.setTimeout(answer, ms)
      this.#answered = answer
      if (this.#wasRung) answer()
    })
  }
}
