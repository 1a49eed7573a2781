import type { Call } from './model/call.ts'
import type { Init, Input } from './model/options.ts'
import { platformClass } from './model/platform-class.ts'

/** A Request, also where another class stands in the platform's place. */
export const isRequest = (given: unknown): given is Request =>
  typeof given === 'object' && given instanceof platformClass(Request)

/** No more than what stands in it. A Request, or an instance of a class, has the members of an init by inheritance. */
export function isOfItself(init: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(init)
  return prototype === Object.prototype || prototype === null
}

/** A Request's own referrer, which any other member of an init takes away (Fetch standard 5.4, new Request, step 12). */
export function referrerOf(input: Input, init: Init | null | undefined): Pick<Init, 'referrer' | 'referrerPolicy'> {
  const isSilent = !init || (isOfItself(init) && Object.keys(init).every((name) => name === 'holdfast'))
  return isSilent && isRequest(input) ? { referrer: input.referrer, referrerPolicy: input.referrerPolicy } : {}
}

/** By what a caller leaves. A Request is held: once it is collected, its signal no longer follows the one that it was made with. */
export function leaveOf(input: Input, signal: AbortSignal | null | undefined): Pick<Call, 'signal' | 'request'> {
  return signal === undefined && isRequest(input) ? { signal: input.signal, request: input } : { signal: signal ?? undefined }
}

/** The same init with other members. One that is spread would lose what it inherits, and a getter wants to be asked of the object itself. */
export function initWith(init: Init | null | undefined, over: object): Init {
  if (init === undefined || init === null || isOfItself(init)) return { ...init, ...over }
  const get = (_: object, name: string | symbol): unknown => Reflect.get(Object.hasOwn(over, name) ? over : init, name)
  // It stands before an heir: of a frozen object itself no proxy may say anything else.
  return new Proxy(Object.create(init) as Init, { get })
}
