import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { CachedFetch, EntryInfo, Store } from '../../../src/index.ts'
import { type Given, seen } from '../download/given.ts'

export const HOUR = 3_600_000

/** A folder that goes with its test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-upkeep-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export const places: [string, () => Store[]][] = [
  ['memory', () => [memory()]],
  ['sqlite', () => [sqlite(':memory:')]],
  ['both', () => [memory(), sqlite(join(folder(), 'cache.db'))]],
]

export async function all(entries: AsyncIterable<EntryInfo>): Promise<EntryInfo[]> {
  const found: EntryInfo[] = []
  for await (const entry of entries) found.push(entry)
  return found
}

/** The last parts of their paths, in alphabetical order. */
export async function names(entries: AsyncIterable<EntryInfo>): Promise<string[]> {
  return (await all(entries)).map(({ url }) => url.replace(/^.*\//, '')).sort()
}

export async function listed(store: Store, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const key of store.keys(prefix)) keys.push(key)
  return keys
}

export async function bodyIds(store: Store): Promise<string[]> {
  const ids: string[] = []
  for await (const id of store.bodies?.ids() ?? []) ids.push(id)
  return ids
}

/** Fetches a path and comes back when all of it is down. */
export async function get(g: Given, path: string, init?: Parameters<CachedFetch>[1]): Promise<string | undefined> {
  const { text } = await seen(g.fetch(g.origin.url(path), init))
  await g.fetch.idle()
  return text
}
