/** `npm run bench`, `npm run bench -- --only broken`: installs the clients of bench/ where they are missing, and runs bench/run.ts over the built package. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureBuilt } from './built.ts'
import { run } from './consumer.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const bench = join(root, 'bench')
const modules = join(bench, 'node_modules')

interface Versioned {
  readonly version?: string
  readonly dependencies?: Record<string, string>
}

const read = (file: string): Versioned => JSON.parse(readFileSync(file, 'utf8')) as Versioned

/** Every client is here, in the version that bench/package.json names. */
function isInstalled(): boolean {
  return Object.entries(read(join(bench, 'package.json')).dependencies ?? {}).every(([name, version]) => {
    const installed = join(modules, name, 'package.json')
    return existsSync(installed) && read(installed).version === version
  })
}

if (!isInstalled()) {
  console.error('Installing the clients of bench/ ...')
  run('npm', ['ci'], bench)
}
// Not a dependency: the lock would then repeat every dependency of this package. By this link the bench imports it by its name.
if (!existsSync(join(modules, 'holdfast'))) symlinkSync(root, join(modules, 'holdfast'), 'junction')
ensureBuilt()
const { status } = spawnSync(process.execPath, [join(bench, 'run.ts'), ...process.argv.slice(2)], { stdio: 'inherit' })
process.exitCode = status ?? 1
