import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What an installed holdfast brings with it, and the types of Node. No optional peer: the package must do without. */
const INSTALLED_WITH_IT = ['p-queue', 'p-retry', '@types/node', 'undici-types']

export interface Consumer {
  readonly folder: string
  remove(): void
}

/** A stranger's project in a folder of its own, with the packed package installed as npm would unpack it. */
export function makeConsumer(): Consumer {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-consumer-')))
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, 'holdfast'), { recursive: true })
  const packed = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root)
  const tarball = join(folder, tarballOf(packed))
  run('tar', ['-xzf', tarball, '-C', join(modules, 'holdfast'), '--strip-components=1'], folder)
  for (const name of INSTALLED_WITH_IT) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(realpathSync(join(root, 'node_modules', name)), join(modules, name), 'junction')
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Npm 12 answers with an object by package name where npm 11 gave a list. */
function tarballOf(answer: string): string {
  const [packed] = Object.values(JSON.parse(answer) as Record<string, { filename: string }>)
  if (!packed) throw new Error(`npm pack named no file: ${answer}`)
  return packed.filename
}

/** Standard output of a command that must succeed. */
export function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`)
  return stdout
}
