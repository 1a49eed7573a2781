import { lstat, opendir, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { bodyGroup, groupOf, groupsHeldBy, isMark } from '../key-group.ts'
import { valueOfBody } from './body-head.ts'
import { unlessMissing, unlessNoFile } from './faults.ts'
import { comingBy, type Layout } from './layout.ts'
import { ENDS, keyOf, mayHold, mayHoldWords, signOf } from './names.ts'
import { readHead, valueBytes } from './value-file.ts'

/** Files looked at side by side. */
const ABREAST = 8

/** What a file takes on the disks that most people have. */
const BLOCK = 4_096

/** Begins the group of a file that does not tell its key: it stands alone. */
const UNKNOWN = 'f:'

export interface CountedFile {
  readonly path: string
  /** The key, or the body's id. */
  readonly key: string
  readonly kind: 'value' | 'body'
  /** Undefined: never given up. */
  readonly group: string | undefined
  /** Epoch milliseconds. */
  readonly used: number
  readonly expires: number
  /** Of the value or the body itself. */
  readonly size: number
  /** On the disk. */
  readonly cost: number
}

export function cost(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BLOCK)) * BLOCK
}

/** What is being written, by all processes: as much as there is, or is about to come. */
export async function stagedBytes(layout: Layout): Promise<number> {
  let sum = 0
  for (const desk of (await unlessMissing(readdir(layout.staging))) ?? []) {
    for (const name of (await unlessNoFile(readdir(join(layout.staging, desk)))) ?? []) {
      const stats = await missingUnlessFile(join(layout.staging, desk, name))
      if (stats !== undefined) sum += Math.max(comingBy(name), cost(stats.size))
    }
  }
  return sum
}

/** All files, a folder at a time. */
export async function* census(layout: Layout): AsyncGenerator<readonly CountedFile[]> {
  for (const folder of await valueFolders(layout)) yield await valuesIn(join(layout.values, folder))
  const bodies = await unlessMissing(opendir(layout.bodies))
  if (bodies === undefined) return
  let names: string[] = []
  for await (const { name } of bodies) {
    if (names.push(name) < ABREAST) continue
    yield await bodiesOf(layout, names)
    names = []
  }
  yield await bodiesOf(layout, names)
}

/** The files of one group as they stand now, an entry before its versions. */
export async function filesOf(layout: Layout, group: string): Promise<CountedFile[]> {
  if (group.startsWith(UNKNOWN)) return countedOf([countValue(layout.values, group.slice(UNKNOWN.length), undefined)])
  const folders = (await valueFolders(layout)).filter(mayHold(group))
  const all = await Promise.all(folders.map((folder) => valuesIn(join(layout.values, folder), (key) => groupOf(key) === group)))
  const bodyId = group.startsWith('b:') ? group.slice(2) : undefined
  const body = bodyId === undefined || /[^a-z0-9-]/.test(bodyId) ? [] : await bodiesOf(layout, [bodyId])
  return [...all.flat(), ...body].sort((one, other) => (one.key < other.key ? -1 : 1))
}

/** The groups that pins hold; where one is given, it alone is looked for. */
export async function heldGroups(layout: Layout, now: number, group?: string): Promise<ReadonlySet<string>> {
  const isAbout = (key: string): boolean => {
    const held = groupsHeldBy(key)
    return held.length > 0 && (group === undefined || held.includes(group))
  }
  const held = new Set<string>()
  for (const folder of (await valueFolders(layout)).filter(mayHoldWords(group))) {
    const words = await valuesIn(join(layout.values, folder), isAbout)
    for (const { key, expires } of words) if (expires > now) for (const one of groupsHeldBy(key)) held.add(one)
  }
  return held
}

export async function valueFolders(layout: Layout): Promise<string[]> {
  const folders = (await unlessMissing(readdir(layout.values, { withFileTypes: true }))) ?? []
  return folders.filter((folder) => folder.isDirectory()).map(({ name }) => name)
}

async function valuesIn(folder: string, isWanted?: (key: string) => boolean): Promise<CountedFile[]> {
  const names = (await unlessMissing(readdir(folder))) ?? []
  const ending = new Set(names.filter((name) => name.endsWith(ENDS)))
  const wanted = names.filter((name) => mayBe(name, isWanted))
  const counted: CountedFile[] = []
  for (let at = 0; at < wanted.length; at += ABREAST) {
    const files = wanted.slice(at, at + ABREAST).map((name) => countValue(folder, name, ending))
    counted.push(...(await countedOf(files)))
  }
  return isWanted === undefined ? counted : counted.filter(({ key, group }) => !group?.startsWith(UNKNOWN) && isWanted(key))
}

/** By its name, as far as that tells. */
function mayBe(name: string, isWanted: ((key: string) => boolean) | undefined): boolean {
  const key = keyOf(name)
  return key !== undefined && (key === 'inside' || isWanted === undefined || isWanted(key))
}

async function countedOf(files: Promise<CountedFile | undefined>[]): Promise<CountedFile[]> {
  return (await Promise.all(files)).filter((file) => file !== undefined)
}

async function countValue(
  folder: string,
  name: string,
  ending: ReadonlySet<string> | undefined,
): Promise<CountedFile | undefined> {
  const path = join(folder, name)
  const stats = await missingUnlessFile(path)
  const named = keyOf(basename(path))
  if (stats === undefined || named === undefined) return undefined
  const mayEnd = ending?.has(signOf(name)) === true
  const head = named === 'inside' || mayEnd ? await readHead(path) : undefined
  const key = named === 'inside' ? head?.key : named
  const facts = { path, used: stats.mtimeMs, cost: cost(stats.size), kind: 'value' } as const
  if (key === undefined) {
    const alone = `${basename(dirname(path))}/${basename(path)}`
    return { ...facts, key: alone, group: UNKNOWN + alone, size: stats.size, expires: Number.POSITIVE_INFINITY }
  }
  const [group, expires] = [isMark(key) ? undefined : groupOf(key), head?.expires ?? Number.POSITIVE_INFINITY]
  return { ...facts, key, group, size: valueBytes(key, stats.size), expires }
}

async function bodiesOf(layout: Layout, ids: readonly string[]): Promise<CountedFile[]> {
  const files = ids.map(async (id): Promise<CountedFile | undefined> => {
    const path = join(layout.bodies, id)
    const stats = await missingUnlessFile(path)
    if (stats === undefined) return undefined
    const facts = { path, key: id, kind: 'body', group: bodyGroup(id), expires: Number.POSITIVE_INFINITY } as const
    return { ...facts, used: stats.mtimeMs, size: valueOfBody(stats.size), cost: cost(stats.size) }
  })
  return countedOf(files)
}

async function missingUnlessFile(path: string): Promise<{ size: number; mtimeMs: number } | undefined> {
  const stats = await unlessNoFile(lstat(path))
  return stats?.isFile() ? stats : undefined
}
