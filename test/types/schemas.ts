import { createCachedFetch } from 'holdfast'

/** As ArkType writes its types: what one accepts is told by way of `this`. */
interface Schema<T> {
  readonly output: T
  readonly '~standard': Standard<this['output']>
}

interface Standard<O> {
  version: 1
  vendor: string
  validate: (value: unknown) => unknown
  types?: { input: unknown; output: O } | undefined
}

/** Such a schema types the answer too, whichever compiler is asked; and what stands beside it is checked as ever. */
export async function typedByThis(schema: Schema<{ base: string }>): Promise<string> {
  const fetch = createCachedFetch()
  const { base } = await fetch.json('https://example.org/', { method: 'POST', holdfast: { schema, ttl: '1h' } })
  // @ts-expect-error: not an option
  await fetch.json('https://example.org/', { holdfast: { schema, tttl: '1h' } })
  return base
}
