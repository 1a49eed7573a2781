import { mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import type { Limits } from './model/limits.ts'
import { sha256 } from './policy/cache-key.ts'

/** Where the default instance keeps its file: a folder, or memory only and why. */
export type Place =
  | { readonly name: 'folder'; readonly file: string }
  | { readonly name: 'memory'; readonly why: 'asked' | 'test runner' | string }

/** Variables that vitest, node:test, jest, mocha's workers, tap, and those who say so set in a test run. */
const TEST_RUNNERS: readonly string[] = ['VITEST', 'NODE_TEST_CONTEXT', 'JEST_WORKER_ID', 'MOCHA_WORKER_ID', 'TAP']

/** Packages whose own program runs the tests, and sets nothing. */
const TEST_PROGRAMS: readonly string[] = ['mocha', 'jasmine', 'tape', 'uvu', 'qunit']

/** The user's cache folder, by the platform's custom. */
function userCache(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches')
  return env.XDG_CACHE_HOME || join(homedir(), '.cache')
}

interface Program {
  readonly folder: string
  readonly name: string
}

/** The working folder may be gone: who deploys anew deletes the old one under a program that still runs. */
function startOf(main: string | undefined): string {
  try {
    if (main !== undefined && !isOfPool(main)) return dirname(realpathSync(main))
  } catch {
    // `node -e` and some runners name a main file that does not exist.
  }
  return process.cwd()
}

/** A thread whose file came with a package that keeps threads: it works for the program, and is none itself. */
function isOfPool(main: string): boolean {
  return main.includes('node_modules') && !process.getBuiltinModule('node:worker_threads').isMainThread
}

/**
 * The package that the running program belongs to: the nearest package.json above its main file, else above the working folder. A single
 * executable is a program by itself: it has no main file, and the shell may have found it anywhere.
 */
function programOf(main: string | undefined): Program {
  const { execPath } = process
  if (process.getBuiltinModule('node:sea').isSea()) return { folder: execPath, name: basename(execPath) }
  const start = startOf(main)
  for (let folder = start; ; folder = dirname(folder)) {
    const name = packageName(folder)
    if (name !== undefined) return { folder, name }
    if (dirname(folder) === folder) return { folder: start, name: 'program' }
  }
}

function packageName(folder: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown }
    return typeof name === 'string' ? name : 'program'
  } catch {
    return undefined
  }
}

/** Letters that are safe in a file name on every platform. */
const safe = (name: string): string => name.replace(/[^a-z0-9._-]+/gi, '-').replace(/^[.-]+/, '') || 'program'

/** @throws Error where nobody can say who runs here: a user without a home. */
function ownPlace(env: NodeJS.ProcessEnv, { folder, name }: Program): string {
  return join(userCache(env), 'holdfast', `${safe(name)}-${sha256(folder).slice(0, 12)}`)
}

/** `node --test` that runs the files in its own process says so by its flag alone. */
function isTestRun(env: NodeJS.ProcessEnv, { name }: Program): boolean {
  return (
    TEST_RUNNERS.some((variable) => env[variable] !== undefined) ||
    env.NODE_ENV === 'test' ||
    process.execArgv.includes('--test') ||
    TEST_PROGRAMS.includes(name)
  )
}

/**
 * One folder per program, 0700, so that two programs do not share answers by accident. HOLDFAST_DIR overrides it; '' means memory only.
 * Under a test runner it is memory only: a test that passes because of last week's answer proves nothing.
 */
export function defaultPlace(env: NodeJS.ProcessEnv, main: string | undefined): Place {
  const chosen = env.HOLDFAST_DIR
  if (chosen === '') return { name: 'memory', why: 'asked' }
  let place = chosen ?? 'its folder'
  try {
    if (chosen === undefined) {
      const program = programOf(main)
      if (isTestRun(env, program)) return { name: 'memory', why: 'test runner' }
      place = ownPlace(env, program)
    }
    mkdirSync(place, { recursive: true, mode: 0o700 })
    return { name: 'folder', file: join(place, 'cache.db') }
  } catch (error) {
    return {
      name: 'memory',
      why: `${place} cannot be made (${(error as Error).message}). Set HOLDFAST_DIR to a folder that can be written, or to '' for memory only.`,
    }
  }
}

/** The file that limits are shared by, where it is now: the program may change its directory before the first request. */
export function standing({ shared, ...limits }: Limits): Limits {
  const isFile = shared?.name === 'sqlite' && shared.file !== ':memory:'
  return { ...limits, shared: isFile ? { ...shared, file: resolve(shared.file) } : shared }
}
