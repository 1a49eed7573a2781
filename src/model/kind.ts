type Class = abstract new (...args: never[]) => object

const brand = (kind: string): symbol => Symbol.for(`holdfast.${kind}`)

/**
 * Says of what kind this is, for {@link isOf}. A test runner that resets its modules, as jest.resetModules does, loads what is late beside a
 * second copy of what was there at once: by its class no failure would be known for one then, and nothing fall back.
 */
export function say(kind: string, of: object): void {
  Object.defineProperty(of, brand(kind), { value: true })
}

/** For `instanceof`: by its kind, in whichever copy; a class that others make below one of ours is told as ever. */
export function isOf(what: string | Class, it: unknown): boolean {
  return typeof what === 'string' ? brand(what) in Object(it) : Function.prototype[Symbol.hasInstance].call(what, it)
}
