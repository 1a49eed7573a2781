import { unquoted } from './envelope.ts'
import { endOf, isPart } from './parts.ts'
import type { KeyvLike } from './shape.ts'

/** Keys in order with their ends, and without what they hold: all bodies may be among them. */
export async function gathered(
  all: ReturnType<NonNullable<KeyvLike['iterator']>>,
  prefix: string,
): Promise<[string, number | undefined][]> {
  const found: [string, number | undefined][] = []
  for await (const [key, value] of all) {
    if (key.startsWith(prefix) && !isPart(key)) found.push([key, endOf(key, unquoted(value))])
  }
  return found.sort(([one], [other]) => (one < other ? -1 : 1))
}
