import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const packageJson = JSON.parse(read('package.json')) as {
  engines: { node: string }
  devDependencies: Record<string, string>
}
const lock = JSON.parse(read('package-lock.json')) as {
  packages: Record<string, { version?: string; resolved?: string; optionalDependencies?: Record<string, string> }>
}

describe('the toolchain', () => {
  test('runs on the Node of the dev dependency, whatever the machine has', () => {
    expect(process.versions.node).toBe(packageJson.devDependencies.node)
    expect(packageJson.engines.node).toBe('>=24')
  })

  test('tsc is the compiler that we pin, not the older one kept for its API', () => {
    const tsc = fileURLToPath(new URL('../node_modules/.bin/tsc', import.meta.url))
    const ran = spawnSync(process.execPath, [tsc, '--version'], { encoding: 'utf8' })
    expect(ran.stdout.trim()).toBe(`Version ${packageJson.devDependencies.typescript}`)
  })

  test('the lock names no host', () => {
    expect(read('package-lock.json')).not.toMatch(/https?:\/\/(?!github\.com|opencollective\.com|tidelift\.com)[^"]*\.tgz/)
    expect(Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined)).toEqual([])
  })

  // A package missing from the registry on the day of the install is left out without a word; npm ci fails elsewhere.
  test('the lock holds every optional package of every tool, for every platform', () => {
    const missing: string[] = []
    for (const [path, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
      for (const name of Object.keys(optionalDependencies)) {
        if (!isLocked(path, name)) missing.push(`${path} needs ${name}`)
      }
    }
    expect(missing).toEqual([])
  })
})

/** As Node looks a package up: beside its dependent, then in each folder above. */
function isLocked(dependent: string, name: string): boolean {
  for (let from = dependent; ; from = from.slice(0, Math.max(from.lastIndexOf('/node_modules/'), 0))) {
    if (lock.packages[`${from ? `${from}/` : ''}node_modules/${name}`]) return true
    if (!from) return false
  }
}
