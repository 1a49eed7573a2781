import type { House } from './house.ts'
import type { Call } from './model/call.ts'
import type { Held } from './model/rooms.ts'
import type { RefreshSettings } from './model/settings.ts'

/** A call of a function that may be repeated. */
export interface Repeatable {
  readonly self: unknown
  /** Its key as its arguments are by now; they may have been changed since. */
  readonly keyOf: (self: unknown) => string
  /** What runs the function for it. */
  readonly withOrigin: (call: Call, self: unknown) => Call
}

type Alive = () => { readonly self: unknown } | undefined

/** For as long as an object lives; what is no object lives for ever. */
function heldWeakly(self: unknown): Alive {
  return (typeof self === 'object' && self !== null) || typeof self === 'function'
    ? whileItLives(new WeakRef(self))
    : () => ({ self })
}

/** By itself: beside a closure that has `self`, this one would have it too. */
function whileItLives(weak: WeakRef<object>): Alive {
  return () => {
    const self = weak.deref()
    return self === undefined ? undefined : { self }
  }
}

/** A result is there: from now on it is refreshed without a caller, while its object lives and its arguments say the same. */
export function keepFresh(
  { scheduler }: House,
  asked: Call,
  { held, refresh, repeat }: { held: Held; refresh: RefreshSettings; repeat: Repeatable },
): void {
  const call: Call = { ...asked, settings: { ...asked.settings, refresh } }
  const { keyOf, withOrigin } = repeat
  const alive = heldWeakly(repeat.self)
  const again = (): Call | undefined => {
    const found = alive()
    if (found === undefined || keyOf(found.self) !== call.key) return undefined
    return withOrigin(call, found.self)
  }
  scheduler.note({ call, held, again })
}
