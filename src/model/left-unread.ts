import type { Served } from './rooms.ts'

/** Nobody is going to read it: a stream's connection is given up, and a body at rest needs nothing. */
export async function leftUnread({ body }: Pick<Served, 'body'>): Promise<void> {
  if (Symbol.asyncIterator in body) await body[Symbol.asyncIterator]().return?.()
}
