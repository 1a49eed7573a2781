import type { Init } from './model/options.ts'

/** No more than what stands in it. A Request, or an instance of a class, has the members of an init by inheritance. */
export function isOfItself(init: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(init)
  return prototype === Object.prototype || prototype === null
}

/** The same init with other members. One that is spread would lose what it inherits, and a getter wants to be asked of the object itself. */
export function initWith(init: Init | null | undefined, over: object): Init {
  const get = (from: object, name: string | symbol): unknown => Reflect.get(Object.hasOwn(over, name) ? over : from, name)
  return new Proxy(init ?? {}, { get })
}
