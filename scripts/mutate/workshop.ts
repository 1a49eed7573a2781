import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutant } from './mutants/mutant.ts'

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const PARTS = ['src', 'adapters', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts']

/** A copy of the project, to be broken. */
export interface Workshop extends AsyncDisposable {
  readonly root: string
  /** Throws where a mutant has no place any more, or more than one. */
  check(mutants: readonly Mutant[]): void
  /** Runs `look` while the code is as the mutant would have it. */
  broken<T>(mutant: Mutant, look: () => Promise<T>): Promise<T>
}

export async function workshop(): Promise<Workshop> {
  const root = await mkdtemp(join(tmpdir(), 'mutants-'))
  for (const part of PARTS) await cp(join(ROOT, part), join(root, part), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  return {
    root,
    check: (mutants) => {
      for (const { name, file, find } of mutants) {
        const places = readFileSync(join(root, file), 'utf8').split(find).length - 1
        if (places !== 1) throw new Error(`«${name}» is out of date: ${file} has ${places} places with «${find}», not one`)
      }
    },
    broken: async ({ file, find, replace }, look) => {
      const path = join(root, file)
      const right = await readFile(path, 'utf8')
      await writeFile(
        path,
        right.replace(find, () => replace),
      )
      try {
        return await look()
      } finally {
        await writeFile(path, right)
      }
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}
