import {
  type Attempt,
  type CallOptions,
  createCachedFetch,
  type Difference,
  type Entry,
  type EntryStats,
  type Select,
  type VersionInfo,
  type VersionsOptions,
} from 'holdfast'

const fetch = createCachedFetch()
const entry: Entry = fetch.entry(new URL('https://example.org/'), { headers: { accept: 'text/csv' } })

/** Each way to name a version. */
export const selections: readonly Select[] = [
  { version: '0mvyyxvk00000ewetk' },
  { label: 'app-1.4' },
  { pinned: true },
  { asOf: new Date(0) },
  { asOf: '2026-11-02T12:00:00Z' },
]
export const wished: CallOptions[] = selections.map((prefer) => ({ prefer, require: prefer }))
export const kept: VersionsOptions[] = [{}, { keep: 2 }, { keepFor: 86_400_000, keepFailed: 0 }, { maxPinned: 1 }]

export async function told(): Promise<readonly unknown[]> {
  const all: VersionInfo[] = await entry.versions()
  const few: VersionInfo[] = await entry.versions({ label: 'valid', pinned: true, skip: 1, limit: 0 })
  const found = [await entry.version('latest'), await entry.version('valid'), await entry.version({ label: 'app-1.4' })]
  const bodies: (Response | undefined)[] = await Promise.all(found.map((version) => version?.response()))
  const failures: Attempt[][] = await entry.failures()
  const { requests, hits, fallbacks, firstRequestedAt, lastRequestedAt }: EntryStats = await entry.stats()
  const account: string = await entry.explain()
  const times: number[] = [requests, hits, fallbacks, firstRequestedAt.getTime(), lastRequestedAt.getTime()]
  return [all, few, bodies, failures, times, account]
}

export async function said(): Promise<Response> {
  const labelled: VersionInfo = await entry.label('failed', { version: 'x', reason: new Error('no rows') })
  const bare: VersionInfo = await entry.unlabel('failed', { version: labelled.id })
  await entry.pin({ until: new Date() })
  const pin = await entry.pin({ version: bare.id, for: '90d' })
  await pin.unpin()
  await pin[Symbol.asyncDispose]()
  await entry.unpin({ version: bare.id })
  const policy: CallOptions = await entry.policy()
  await entry.setPolicy({ ...policy, ttl: '1h', fallback: { maxStale: '7d' }, tags: ['prices'] })
  await entry.setPolicy(undefined)
  await entry.refresh()
  await entry.delete()
  return entry.fetch()
}

/** A difference says by its kind what it tells. */
export function lines(difference: Difference): readonly string[] {
  switch (difference.kind) {
    case 'json':
      return difference.changes.map(({ pointer, from, to }) => `${pointer}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`)
    case 'rows':
    case 'text': {
      const { added, removed }: { added: string[]; removed: string[] } = difference
      return [...added, ...removed]
    }
    case 'bytes': {
      const { size, digest }: { size: number; digest: string } = difference.to
      return [difference.from.digest, digest, String(size)]
    }
    default: {
      const none: never = difference
      return none
    }
  }
}

export async function rolledBack(): Promise<string> {
  const read = async (response: Response): Promise<number> => ((await response.json()) as { n: number }).n
  const n: number = await fetch.use('https://example.org/', { cache: 'no-cache' }, read)
  const m: number = await fetch.use('https://example.org/', (response) => response.status)
  const instead: Response = await fetch.reject(await entry.fetch(), 'a reason of any kind')
  return (await entry.diff(`${n}`, `${m}`)).kind + instead.status
}

/** A watch is an iterable of changes; the first version of all has none before it. */
export async function watched(signal: AbortSignal): Promise<readonly (string | undefined)[]> {
  for await (const { version, previous } of fetch.watch('https://example.org/', { signal })) {
    const before: VersionInfo | undefined = previous
    return [version.id, before?.digest, version.previous, version.next]
  }
  return []
}

export const mistakes = [
  // @ts-expect-error one way to name a version at a time has these names
  (): Select => ({ tag: 'x' }),
  // @ts-expect-error pinned is true or not said
  (): Select => ({ pinned: false }),
  // @ts-expect-error a label is named by { label }; a bare text is an id, and a number is neither
  () => entry.version(1),
  // @ts-expect-error versions are named by text
  () => entry.diff(1, 2),
  // @ts-expect-error a difference needs two
  () => entry.diff('a'),
  // @ts-expect-error of a difference by bytes no change is told
  (difference: Difference & { kind: 'bytes' }) => difference.changes,
  // @ts-expect-error not every difference is one of JSON
  (difference: Difference) => difference.changes,
  // @ts-expect-error a pin ends at a Date
  () => entry.pin({ until: 1_000 }),
  // @ts-expect-error a policy has options of a call, and no mode
  () => entry.setPolicy({ mode: 'offline' }),
  // @ts-expect-error nothing is watched by iterating at once
  () => [...fetch.watch('https://example.org/')],
  // @ts-expect-error a refusal has a reason
  (response: Response) => fetch.reject(response),
  // @ts-expect-error labels that a version has are read
  (version: VersionInfo) => version.labels.push('valid'),
]
