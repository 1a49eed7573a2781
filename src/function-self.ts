import type { Functions } from './functions.ts'
import { selfText } from './policy/argument-key.ts'
import type { FunctionOptions } from './policy/function-options.ts'

/** `import * as api` and `api.load()`: a module is nobody's instance, nor is what a compiler makes of one. */
function isModule(self: object): boolean {
  return (
    Object.hasOwn(self, '__esModule') ||
    (Object.prototype.toString.call(self) === '[object Module]' && Object.getPrototypeOf(self) === null)
  )
}

/** Whether a call says on whose behalf it is. */
export function isOfObject(self: unknown, { scope }: FunctionOptions): boolean {
  // A bundle of CommonJS is not strict, and the `this` of a plain call is the global object there.
  return scope !== 'class' && self !== undefined && self !== null && self !== globalThis && !isModule(self)
}

/**
 * Whose results: with `scope: 'instance'` an object has its own, so what one user's client got never reaches another's.
 *
 * @throws TypeError where the object would need a name that outlives the process, and has none.
 */
export function whose(
  self: unknown,
  { name, instanceKey }: FunctionOptions,
  { functions, isDurable }: { functions: Functions; isDurable: boolean },
): string {
  if (instanceKey !== undefined) return `k${keyed(instanceKey(self))}`
  if (typeof self !== 'object' && typeof self !== 'function') return `p${selfText(self)}`
  if (isDurable)
    throw new TypeError(
      `buffered: objects have no name that outlives the process. Give "${name}" the option instanceKey, for instance instanceKey: (self) => self.id, or say scope: 'class' where all objects share their results.`,
    )
  return `#${functions.numberOf(self as object)}`
}

/** An undefined, or a promise, would be one name for all. */
function keyed(name: unknown): string {
  if (typeof name !== 'string')
    throw new TypeError(
      `buffered: instanceKey returned ${name === null ? 'null' : `what is of type ${typeof name}`}, and has to return a text that names the object.`,
    )
  return selfText(name)
}

/** The class whose method is called on `self`, for people to read; '' where nothing says so. */
export function classOf(self: unknown, member: PropertyKey): string {
  let owner: unknown = self
  for (let at: unknown = self; isObject(at); at = Object.getPrototypeOf(at))
    if (Object.hasOwn(at, member)) {
      owner = at
      break
    }
  const found: unknown = typeof owner === 'function' ? owner : isObject(owner) ? owner.constructor : undefined
  const name: unknown = typeof found === 'function' ? found.name : undefined
  return typeof name === 'string' ? name : ''
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
