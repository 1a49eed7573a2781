import { execFileSync } from 'node:child_process'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Facts } from '../../measure/job.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** What `npm install` brings of the package as it would be published: packages, itself counted, and MB. */
export async function installed(folder: string): Promise<Facts> {
  const npm = (cwd: string, ...words: string[]): string =>
    execFileSync('npm', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const packed = JSON.parse(npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder)) as unknown
  const file = /"filename":"([^"]+)"/.exec(JSON.stringify(packed))?.[1]
  if (file === undefined) throw new Error('npm pack names no file')
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'installs', private: true }))
  npm(folder, 'install', '--no-audit', '--no-fund', '--omit=optional', '--omit=peer', join(folder, file))
  const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as { packages: Record<string, unknown> }
  const packages = Object.keys(lock.packages).filter((path) => path !== '').length
  return { packages, mb: (await bytesIn(join(folder, 'node_modules'))) / 2 ** 20 }
}

async function bytesIn(folder: string): Promise<number> {
  const within = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = within.filter((one) => one.isFile()).map(({ parentPath, name }) => stat(join(parentPath, name)))
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0)
}
