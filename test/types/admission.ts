import { type Check, createCachedFetch, type StandardSchema } from 'holdfast'

declare const Rates: StandardSchema<{ base: string }>

const check: Check = async (response, { previous, signal }) => {
  signal.throwIfAborted()
  if (previous !== undefined && response.status !== previous.status) throw new Error(previous.id)
}

/** What a schema accepts is typed; a check, guards, sources and a wanted version are options of a call, a rule and an instance. */
export async function admitted(): Promise<string> {
  const fetch = createCachedFetch({ check, guards: { shrink: 'refuse' }, rules: [{ match: '/*', schema: Rates, resume: false }] })
  const { base } = await fetch.json('https://example.org/', { holdfast: { schema: Rates } })
  const unknown: unknown = await fetch.json('https://example.org/')
  const typed = await fetch.json<{ n: number }>('https://example.org/')
  const rows: string[] = await fetch.use('https://example.org/', async (response) => (await response.text()).split('\n'))
  const entry = fetch.entry('https://example.org/')
  const { id } = await entry.label('app-1.4', { reason: unknown })
  await using _pin = await entry.pin({ version: id, for: '1h' })
  const found = await entry.version({ asOf: new Date() })
  const options = {
    require: { version: id },
    expect: { digest: 'sha256:00' as const, size: typed.n },
    sources: [new URL('https://m.example/')],
  }
  const response = await fetch('https://example.org/', { holdfast: options })
  return `${base}${rows.length}${(await found?.response())?.status}${response.status}`
}
