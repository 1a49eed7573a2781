import { wrong } from './policy/option-readers.ts'

/** What a standard decorator is told (TC39 stage 3, 2023-05). */
interface Context {
  readonly kind: string
  readonly name: string | symbol
  readonly addInitializer: unknown
}

function isContext(value: unknown): value is Context {
  return typeof value === 'object' && value !== null && 'kind' in value && 'addInitializer' in value
}

/** Whether these are what a decorator is called with: a standard one (value, context), a legacy one (target, name, descriptor). */
export function isDecorating(given: readonly unknown[]): boolean {
  // TypeScript hands the name of `7() {}` on as a number.
  return isContext(given[1]) || ['string', 'symbol', 'number'].includes(typeof given[1])
}

/** The method in its place, by what the compiler in use expects back. */
export function decorated(given: readonly unknown[], wrap: (method: unknown, member: PropertyKey) => object): object {
  const [value, context, descriptor] = given
  if (isContext(context)) {
    if (context.kind !== 'method') throw notMethod(`a ${context.kind}`)
    return wrap(value, context.name)
  }
  if (typeof descriptor !== 'object' || descriptor === null) throw notMethod(`"${String(context)}"`)
  const { value: method } = descriptor as PropertyDescriptor
  if (typeof method !== 'function') throw notMethod(`"${String(context)}"`)
  return { ...descriptor, value: wrap(method, context as PropertyKey) }
}

function notMethod(what: string): TypeError {
  return wrong('@buffered', what, 'It is for methods: what is no method gives its value without arguments, and at once.')
}
