import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type CachedFetch, inspect } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder, heard } from './given.ts'

// A hit of a lone SQLite is answered without a promise, and the last entries stay in hand: never longer than they are true.

const FRESH = { headers: { 'Cache-Control': 'max-age=600', 'Content-Type': 'text/plain' } }

interface Given {
  readonly fetch: CachedFetch
  readonly url: (path: string) => string
  readonly file: string
  readonly hits: () => number
}

async function given(paths: readonly string[]): Promise<Given> {
  const origin = await anOrigin()
  for (const path of paths) origin.script(path, ok(Buffer.from(`body of ${path}`), FRESH))
  const file = join(folder(), 'cache.db')
  const fetch = anInstance({ tiers: [sqlite(file)] })
  for (const path of paths) await (await fetch(origin.url(path))).text()
  await fetch.idle()
  return { fetch, url: (path) => origin.url(path), file, hits: () => origin.hits() }
}

async function outcomeOf({ fetch, url }: Given, path: string): Promise<string | undefined> {
  const response = await fetch(url(path))
  expect(await response.text()).toBe(`body of ${path}`)
  return inspect(response)?.outcome
}

test('what another connection takes away is gone with the next hit', async () => {
  const it = await given(['/a'])
  for (let n = 0; n < 3; n++) expect(await outcomeOf(it, '/a')).toBe('hit')
  const other = new DatabaseSync(it.file)
  other.exec("DELETE FROM records WHERE key LIKE 'h1:v:%'")
  other.close()
  expect(await outcomeOf(it, '/a')).toBe('miss')
  expect(it.hits()).toBe(2)
})

test('what another connection damages is no hit, and is told', async () => {
  const it = await given(['/a'])
  expect(await outcomeOf(it, '/a')).toBe('hit')
  const evicted = heard(it.fetch, 'evicted')
  const other = new DatabaseSync(it.file)
  other.exec("UPDATE records SET value = x'68310001', sum = 0 WHERE key LIKE 'h1:v:%'")
  other.close()
  expect(await outcomeOf(it, '/a')).toBe('miss')
  expect(it.hits()).toBe(2)
  expect(evicted.length).toBeGreaterThan(0)
})

test('what this process says of it counts at once: stale, failed, deleted', async () => {
  const it = await given(['/a', '/b', '/c'])
  for (const path of ['/a', '/b', '/c']) expect(await outcomeOf(it, path)).toBe('hit')
  await it.fetch.cache.invalidate({ url: it.url('/a') })
  expect(await outcomeOf(it, '/a')).toBe('revalidated')
  await it.fetch.entry(it.url('/b')).label('failed', { reason: 'bad' })
  const asked = it.hits()
  await expect(it.fetch(it.url('/b'))).rejects.toMatchObject({ code: 'REJECTED' })
  expect(it.hits()).toBe(asked + 1)
  await it.fetch.cache.delete({ url: it.url('/c') })
  expect(await it.fetch.cache.has(it.url('/c'))).toBe(false)
  expect(await outcomeOf(it, '/c')).toBe('miss')
})

test('more entries than stay in hand, in any order, are all right', async () => {
  const paths = Array.from({ length: 200 }, (_, n) => `/many/${n}`)
  const it = await given(paths)
  for (const path of [...paths, ...paths.toReversed(), ...paths.filter((_, n) => n % 7 === 0)])
    expect(await outcomeOf(it, path)).toBe('hit')
  expect(it.hits()).toBe(paths.length)
})
