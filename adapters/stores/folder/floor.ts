import { mkdir, readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { unless, unlessMissing } from './faults.ts'
import type { Layout } from './layout.ts'

const NUMBER = /^\d{1,16}$/

/** The highest generation of all leases that were forgotten: it is the name of a folder, so of several who raise it the highest stays. */
export async function floorOf(layout: Layout): Promise<number> {
  return Math.max(0, ...(await numbers(layout)))
}

/** Resolves when no lease begins at or below `generation` any more. */
export async function raiseFloor(layout: Layout, generation: number): Promise<void> {
  const known = await numbers(layout)
  if (known.some((number) => number >= generation)) return
  await layout.within([layout.floor], () => mkdir(join(layout.floor, `${generation}`), { mode: 0o700 }).catch(unless('EEXIST')))
  for (const lower of known) await unlessMissing(rmdir(join(layout.floor, `${lower}`)))
}

async function numbers(layout: Layout): Promise<number[]> {
  return ((await unlessMissing(readdir(layout.floor))) ?? []).filter((name) => NUMBER.test(name)).map(Number)
}
