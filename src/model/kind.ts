type Class = abstract new (...args: never[]) => object

/** What `instanceof` asks a class. */
export type InstanceOf = (this: Class, it: unknown) => boolean

const brand = (kind: string): symbol => Symbol.for(`holdfast.${kind}`)

/**
 * Says of what kind this is, for {@link byKind}. A test runner that resets its modules, as jest.resetModules does, loads what is late beside a
 * second copy of what was there at once: by its class no failure would be known for one then, and nothing fall back.
 */
export function say(kind: string, of: object): void {
  Object.defineProperty(of, brand(kind), { value: true })
}

/** A class's `Symbol.hasInstance`: by its kind, in whichever copy; a class made below it inherits this, and is told as ever. */
export function byKind(kind: string): InstanceOf {
  return function (it) {
    return Object.hasOwn(this, Symbol.hasInstance)
      ? brand(kind) in Object(it)
      : Function.prototype[Symbol.hasInstance].call(this, it)
  }
}
