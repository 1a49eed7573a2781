import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { ManualClock } from '../../../adapters/testing/index.ts'
import {
  type CachedFetch,
  createCachedFetch,
  type Entry,
  type Options,
  type Store,
  type VersionInfo,
} from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { type Given, given } from '../download/given.ts'
import { folder } from '../stores/given.ts'

export const SECOND = 1_000
export const MINUTE: number = 60 * SECOND
export const HOUR: number = 60 * MINUTE
export const DAY: number = 24 * HOUR

/** Where versions are kept; each opening is empty. */
export const places: [string, () => Store[]][] = [
  ['memory', () => [memory()]],
  ['sqlite', () => [sqlite(':memory:')]],
  ['a file', () => [sqlite(aFile())]],
  ['memory and a file', () => [memory(), sqlite(aFile())]],
]

/** A name for a database in a folder of the test's own. */
export function aFile(): string {
  return join(folder(), 'cache.db')
}

/** An instance, its origin, and the one entry that most of these tests are about. */
export interface History extends Given {
  readonly url: string
  readonly entry: Entry
  /** The origin has this now, it is downloaded, and an hour goes by. */
  brings(...bodies: (string | Uint8Array)[]): Promise<void>
  /** The same, but no time goes by: nothing that waits for a time comes in between. */
  atOnce(...bodies: (string | Uint8Array)[]): Promise<void>
  /** The ids of all versions, oldest first. */
  ids(): Promise<string[]>
  /** The bodies of all versions, oldest first. */
  texts(): Promise<string[]>
}

/** Nothing is ever fresh, nothing is tried twice, and ten versions are kept, unless the test says otherwise. */
export async function history(tiers: Store[], options: Options = {}, clock?: ManualClock): Promise<History> {
  const g = await given({ tiers, ttl: 0, retry: false, versions: { keep: 10 }, ...options }, clock)
  const url = g.origin.url('/f')
  const entry = g.fetch.entry(url)
  const atOnce = async (...bodies: (string | Uint8Array)[]): Promise<void> => {
    for (const body of bodies) {
      g.origin.script('/f', ok(body))
      await (await g.fetch(url, { cache: 'reload' })).arrayBuffer()
    }
  }
  const brings = async (...bodies: (string | Uint8Array)[]): Promise<void> => {
    for (const body of bodies) {
      await atOnce(body)
      await g.clock.advance(HOUR)
    }
  }
  const ids = async (): Promise<string[]> => (await all(entry)).map(({ id }) => id).toReversed()
  const texts = async (): Promise<string[]> => {
    const found: string[] = []
    for (const id of await ids()) found.push(await textOf(entry, id))
    return found
  }
  return { ...g, url, entry, brings, atOnce, ids, texts }
}

/** All versions, newest first. */
export function all(entry: Entry): Promise<VersionInfo[]> {
  return entry.versions({ limit: 0 })
}

/** The body of one version; what is not there is '(none)'. */
export async function textOf(entry: Entry, which: Parameters<Entry['version']>[0]): Promise<string> {
  const version = await entry.version(which)
  return version ? (await version.response()).text() : '(none)'
}

/** Another instance, on the same clock; closed when the test ends. */
export function another(g: Given, tiers: Store[], options: Options = {}): CachedFetch {
  const fetch = createCachedFetch({
    tiers,
    clock: g.clock,
    random: () => 0,
    ttl: 0,
    retry: false,
    versions: { keep: 10 },
    ...options,
  })
  onTestFinished(() => fetch.close())
  return fetch
}

/** The error that a call throws or rejects with, at once or later; a call that resolves is the mistake. */
export async function thrownBy(call: () => unknown): Promise<Error & { code?: string }> {
  try {
    await call()
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
  throw new Error('it resolved')
}
