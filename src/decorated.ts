/** What a standard decorator is told (TC39 stage 3, 2023-05). */
interface Context {
  readonly kind: string
  readonly name: string | symbol | undefined
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

/** The method in its place, by what the compiler in use expects back. @throws TypeError for what is no method */
export function decorated(given: readonly unknown[], wrap: (method: unknown, member: PropertyKey) => object): object {
  const [value, context, descriptor] = given
  if (isContext(context)) {
    if (context.kind !== 'method') throw notMethod(context.kind, context.name)
    return wrap(value, context.name ?? '')
  }
  const member = context as PropertyKey
  if (typeof descriptor !== 'object' || descriptor === null) throw notMethod('field', member)
  const { value: method, get, set } = descriptor as PropertyDescriptor
  if (get !== undefined || set !== undefined) throw notMethod(get === undefined ? 'setter' : 'getter', member)
  if (typeof method !== 'function') throw notMethod('field', member)
  return { ...descriptor, value: withMetadata(wrap(method, member), method) }
}

/** What reflect-metadata adds to the platform's. */
interface MetadataReflect {
  getOwnMetadataKeys?(of: object): unknown[]
  getOwnMetadata?(key: unknown, of: object): unknown
  defineMetadata?(key: unknown, value: unknown, of: object): void
}

/** Decorators nearer to the method have said of the function itself what it is, as frameworks do: a guard that stays behind there guards nothing. */
function withMetadata(to: object, from: object): object {
  const reflect = Reflect as MetadataReflect
  for (const key of reflect.getOwnMetadataKeys?.(from) ?? [])
    reflect.defineMetadata?.(key, reflect.getOwnMetadata?.(key, from), to)
  return to
}

const CURES: Readonly<Record<string, string>> = {
  class: 'Decorate its methods.',
  setter: 'A setter gives nothing that could be kept.',
}

function notMethod(kind: string, member: PropertyKey | undefined): TypeError {
  const name = member === undefined ? '' : ` ${String(member)}`
  const cure =
    CURES[kind] ?? `It gives its value at once, and what is buffered gives a promise. Make it a method: async${name}() { ... }.`
  return new TypeError(`@buffered: the ${kind}${name} cannot be buffered. ${cure}`)
}
