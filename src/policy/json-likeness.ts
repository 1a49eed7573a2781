/** Whether two values, each from somewhere inside what it was made for, are the same JSON. */
export type Alike = (one: unknown, other: unknown) => boolean

/**
 * Numbers every list and object so that the same JSON has the same number. Comparing them anew at each depth would take time in proportion
 * to the square of the depth, and a recursive comparison a stack of that depth.
 */
export function likeness(...roots: readonly unknown[]): Alike {
  const composed: object[] = []
  const note = (value: unknown): void => {
    if (isComposed(value)) composed.push(value)
  }
  roots.forEach(note)
  // The list grows while it is walked, so that whatever is inside stands after what it is inside of.
  for (const value of composed) Object.values(value).forEach(note)

  const numbers = new Map<string, number>()
  const numberOf = new Map<object, number>()
  const sign = (value: unknown): string => (isComposed(value) ? `#${numberOf.get(value)}` : signOf(value))
  for (const value of composed.reverse()) {
    const text = Array.isArray(value) ? `[${value.map(sign).join()}]` : membersOf(value as Record<string, unknown>, sign)
    const number = numbers.get(text) ?? numbers.size
    numbers.set(text, number)
    numberOf.set(value, number)
  }
  return (one, other) => sign(one) === sign(other)
}

/** A list or an object. */
export function isComposed(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** JSON has neither Infinity nor -0 on its way out, but on its way in (1e999, -0). */
function signOf(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  return JSON.stringify(value)
}

function membersOf(value: Readonly<Record<string, unknown>>, sign: (value: unknown) => string): string {
  return Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${sign(value[name])}`)
    .join()
}
