import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Sources of the package, and the last files that a build of it writes. */
const SOURCES = ['src/**/*.ts', 'adapters/**/*.ts', 'tsup.config.ts', 'tsconfig*.json', 'package.json'] as const
const PRODUCTS = ['dist/index.js', 'dist/types/src/index.d.ts'] as const

function isFresh(): boolean {
  const writtenAt = (path: string): number => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const changed = globSync([...SOURCES], { cwd: root }).map(writtenAt)
  return Math.min(...PRODUCTS.map(writtenAt)) >= Math.max(...changed)
}

/**
 * Builds the package where `dist` is missing or older than the sources. Test files that run at the same time wait for one another: the
 * lock is that of an SQLite file, for the system takes it from a process that dies.
 */
export function ensureBuilt(): void {
  if (isFresh()) return
  const cache = join(root, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const lock = new DatabaseSync(join(cache, 'holdfast-build.db'), { timeout: 120_000 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    if (isFresh()) return
    const { status, stdout, stderr } = spawnSync('npm run --silent build', { cwd: root, encoding: 'utf8', shell: true })
    if (status !== 0) throw new Error(`npm run build ended with ${status}\n${stdout}${stderr}`)
  } finally {
    lock.close()
  }
}
