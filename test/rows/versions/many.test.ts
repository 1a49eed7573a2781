import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { createCachedFetch } from '../../../src/index.ts'
import type { EntryRecord, VersionRef } from '../../../src/model/record.ts'
import { account } from '../../../src/policy/account.ts'
import { besideNeighbours } from '../../../src/policy/version-choice.ts'
import { versionInfo } from '../../../src/policy/version-info.ts'
import { counted } from './counted.ts'

const URL = 'https://h.test/list.csv'

test('a list of all versions reads the entry once, not once for each of them', async () => {
  const { store, reads } = counted(sqlite(':memory:'))
  let n = 0
  const fetch = createCachedFetch({
    tiers: [store],
    ttl: 0,
    versions: { keep: 50 },
    fetch: async () => new Response(`text ${n++}`),
  })
  for (let i = 0; i < 30; i += 1) await fetch(URL)
  const before = reads()
  const listed = await fetch.entry(URL).versions({ limit: 0 })
  expect(reads() - before).toBeLessThan(3)
  expect(listed).toHaveLength(30)
  expect(listed.map(({ previous }) => previous)).toEqual([...listed.slice(1).map(({ id }) => id), undefined])
  expect(listed.map(({ next }) => next)).toEqual([undefined, ...listed.slice(0, -1).map(({ id }) => id)])
  await fetch.close()
})

/** An entry of so many versions, and how often anybody has looked at one of them. */
function looked(many: number, tell: (entry: EntryRecord) => unknown): number {
  let looks = 0
  const versions = Array.from({ length: many }, (_, n): VersionRef => {
    const ref: VersionRef = { id: String(n).padStart(8, '0'), digest: `sha256:${n}`, storedAt: n, checkedAt: n }
    return new Proxy(ref, {
      get(target, name) {
        if (name === 'removed' || name === 'labels') looks += 1
        return Reflect.get(target, name)
      },
    })
  })
  tell({ key: 'k', method: 'GET', url: URL, group: 'default', variants: [{ vary: [], values: '', versions }] })
  return looks
}

test.each([
  [
    'explain()',
    (entry: EntryRecord) => account({ entry, walks: [], tiers: [], silent: [], now: 0, outlook: undefined, use: undefined }),
  ],
  [
    'versions()',
    (entry: EntryRecord) =>
      besideNeighbours(entry.variants).map(({ variant, ref }) => {
        const version = { headers: [], size: 0, status: 200, proven: true, url: URL } as never
        return versionInfo({ entry: { ...entry, variants: [variant] }, variant, ref, version }, 0)
      }),
  ],
])('what %s looks at grows with the versions of an entry, and not with their square', (_, tell) => {
  expect(looked(400, tell)).toBeLessThan(3 * looked(200, tell))
})
