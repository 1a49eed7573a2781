import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** All that stands in a folder, by its path from there. */
export function everything(dir: string): { path: string; name: string; mode: number; bytes: number; isFile: boolean }[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name)
    const stats = lstatSync(path)
    const facts = { name: relative(dir, path), mode: stats.mode & 0o777, isFile: stats.isFile() }
    return { ...facts, path, bytes: stats.size }
  })
}

export function halfWritten(dir: string): string[] {
  return everything(dir).flatMap(({ name }) => (name.endsWith('.tmp') ? [name] : []))
}

/** Values and bodies, in whole blocks. */
export function bytesIn(dir: string): number {
  return everything(dir)
    .filter(({ name, isFile }) => isFile && /^h1.(values|bodies).*(?<!\.x)$/.test(name))
    .reduce((sum, { bytes }) => sum + Math.max(1, Math.ceil(bytes / 4_096)) * 4_096, 0)
}

/** The one file of a value in a folder that has no other. */
export function onlyValue(dir: string): string {
  const [only, ...others] = everything(dir).filter(({ name }) => name.endsWith('.v'))
  if (only === undefined || others.length > 0) throw new Error('there is not one value')
  return only.path
}

/** A key as the core gives one: all of it may be seen. */
export function houseKey(kind: string, n: number, rest = ''): string {
  return `h1:${kind}:${n.toString(16).padStart(2, '0').repeat(32)}${rest}`
}

/** Waits until a process that is about to stop itself has stopped: what wakes it up before would be lost. */
export async function untilStopped({ pid }: { pid: number }): Promise<void> {
  while (!/\) T /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))) await new Promise((resolve) => setImmediate(resolve))
}
