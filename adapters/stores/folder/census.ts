import { lstat, readdir, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { bodyGroup, groupOf, isMark } from '../key-group.ts'
import { unlessMissing } from './faults.ts'
import type { Layout } from './layout.ts'
import { BODY, ENDS, headOf, keyOf, unescaped, VALUE } from './names.ts'
import { readHead } from './value-file.ts'

/** Files looked at side by side. */
const ABREAST = 8

/** What a file takes on the disks that most people have. */
const BLOCK = 4_096

export interface CountedFile {
  readonly path: string
  /** The key, or the body's id. */
  readonly key: string
  /** As the disk counts them. */
  readonly bytes: number
  readonly file: bigint
}

/** What is given up together. */
export interface CountedGroup {
  readonly name: string
  /** Epoch milliseconds; the last use of any of its files. */
  used: number
  bytes: number
  readonly files: CountedFile[]
}

export interface Slice {
  /** Of all files of this slice, also those that are never given up. */
  readonly bytes: number
  readonly groups: readonly CountedGroup[]
  readonly expired: readonly CountedFile[]
}

export function cost(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BLOCK)) * BLOCK
}

/** All files, in slices that hold whole groups: a folder of each kind of record for the same first digits, then the bodies. */
export async function* census(layout: Layout, now: number): AsyncGenerator<Slice> {
  const folders = (await unlessMissing(readdir(layout.values, { withFileTypes: true }))) ?? []
  const alike = Map.groupBy(
    folders.filter((folder) => folder.isDirectory() && unescaped(folder.name) !== undefined).map(({ name }) => name),
    (name) => subjectOf(headOf(unescaped(name) ?? '')),
  )
  for (const names of alike.values()) {
    const count = new Count(now)
    for (const name of names) await countValues(join(layout.values, name), count)
    yield count
  }
  for await (const files of bodyFiles(layout)) {
    const count = new Count(now)
    await Promise.all(files.map((path) => countBody(path, count)))
    yield count
  }
}

/** `h1:e:ab`, `h1:v:ab` and `h1:c:ab` belong together. */
function subjectOf(head: string): string {
  return /^h\d:.:([^:]*)/.exec(head)?.[1] ?? `:${head}`
}

class Count implements Slice {
  bytes = 0
  readonly expired: CountedFile[] = []
  readonly #groups = new Map<string, CountedGroup>()
  readonly #now: number

  constructor(now: number) {
    this.#now = now
  }

  get groups(): readonly CountedGroup[] {
    return [...this.#groups.values()]
  }

  add(file: CountedFile, facts: { used: number; expires: number; group: string | undefined }): void {
    this.bytes += file.bytes
    if (facts.expires <= this.#now) return void this.expired.push(file)
    if (facts.group === undefined) return
    const group = this.#groups.get(facts.group) ?? { name: facts.group, used: 0, bytes: 0, files: [] }
    this.#groups.set(facts.group, group)
    group.files.push(file)
    group.bytes += file.bytes
    // A clock that was set back does not make a file the last to go for ever.
    group.used = Math.max(group.used, Math.min(facts.used, this.#now))
  }
}

async function countValues(folder: string, count: Count): Promise<void> {
  const names = (await unlessMissing(readdir(folder))) ?? []
  const ending = new Set(names.filter((name) => name.endsWith(ENDS)))
  const values = names.filter((name) => name.endsWith(VALUE))
  for (let at = 0; at < values.length; at += ABREAST) {
    await Promise.all(values.slice(at, at + ABREAST).map((name) => countValue({ folder, name, ending }, count)))
  }
}

async function countValue(
  { folder, name, ending }: { folder: string; name: string; ending: ReadonlySet<string> },
  count: Count,
): Promise<void> {
  const path = join(folder, name)
  const stats = await unlessMissing(lstat(path, { bigint: true }))
  const named = keyOf(name)
  if (stats === undefined || !stats.isFile() || named === undefined) return
  const mayEnd = ending.has(name.slice(0, -VALUE.length) + ENDS)
  const head = named === 'inside' || mayEnd ? await readHead(path) : undefined
  const key = named === 'inside' ? unescaped(head?.name ?? '-+-') : named
  const facts = { path, key: key ?? name, bytes: cost(Number(stats.size)), file: stats.ino }
  const group = key === undefined ? `k:${name}` : isMark(key) ? undefined : groupOf(key)
  count.add(facts, { used: Number(stats.mtimeMs), expires: head?.expires ?? Number.POSITIVE_INFINITY, group })
}

async function countBody(path: string, count: Count): Promise<void> {
  const stats = await unlessMissing(lstat(path, { bigint: true }))
  if (stats === undefined || !stats.isFile()) return
  const key = path.slice(path.lastIndexOf('/') + 1, -BODY.length)
  const file = { path, key, bytes: cost(Number(stats.size)), file: stats.ino }
  count.add(file, { used: Number(stats.mtimeMs), expires: Number.POSITIVE_INFINITY, group: bodyGroup(key) })
}

async function* bodyFiles(layout: Layout): AsyncGenerator<string[]> {
  const folder = await unlessMissing(opendir(layout.bodies))
  if (folder === undefined) return
  let slice: string[] = []
  for await (const { name } of folder) {
    if (!name.endsWith(BODY)) continue
    slice.push(join(layout.bodies, name))
    if (slice.length === ABREAST) {
      yield slice
      slice = []
    }
  }
  if (slice.length > 0) yield slice
}
