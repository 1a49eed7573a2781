/**
 * The prototype in this realm that stands where this one does in its own. Under Jest, for one, the code of a test and what the platform gives
 * it, as the JSON of an answer, are of two realms, and an Array of one is no instance of the other's.
 */
export function homeOf(prototype: object | null): object | null {
  if (prototype === null || prototype === Object.prototype) return prototype
  const { constructor: maker } = prototype
  // A class of the user's own may have such a name, and another realm's is told apart from it by nothing else.
  if (typeof maker !== 'function' || !Function.prototype.toString.call(maker).endsWith('{ [native code] }')) return prototype
  const own = (globalThis as { readonly [name: string]: unknown })[maker.name]
  return maker.prototype === prototype && typeof own === 'function' ? own.prototype : prototype
}

/** Whether what has it is an object as it is written down. */
export function isPlain(prototype: object | null): boolean {
  return prototype === null || homeOf(prototype) === Object.prototype
}
