// Breaks the code in each known way, one at a time, in a copy of the project, and sees which test notices.
// `npm run mutate` runs all; `npm run mutate -- resume` those whose name or file has that word. Exit 1 when one survives.
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MUTANTS, type Mutant } from './mutants.ts'

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

async function copyOfProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mutants-'))
  for (const part of ['src', 'adapters', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
    await cp(join(ROOT, part), join(folder, part), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

interface Report {
  readonly testResults: { name: string; status: string; message: string; assertionResults: { status: string; fullName: string }[] }[]
}

/** The first test that failed; undefined where all passed. A file that cannot even be loaded has noticed too. */
async function killer(folder: string, tests: readonly string[]): Promise<string | undefined> {
  const output = join(folder, 'report.json')
  const args = ['vitest', 'run', '--bail=1', '--reporter=json', `--outputFile=${output}`, ...tests]
  await new Promise<void>((resolve) => execFile('npx', args, { cwd: folder, maxBuffer: 1e9 }, () => resolve()))
  const { testResults }: Report = JSON.parse(await readFile(output, 'utf8'))
  await rm(output)
  if (testResults.length === 0) throw new Error(`no test ran of ${tests.join(', ')}`)
  const failed = testResults.flatMap(({ assertionResults }) => assertionResults).find(({ status }) => status === 'failed')
  return failed?.fullName ?? testResults.find(({ status }) => status === 'failed')?.message.split('\n', 1)[0]
}

async function verdictOn(folder: string, { file, find, replace, tests }: Mutant): Promise<string | undefined> {
  const path = join(folder, file)
  const right = await readFile(path, 'utf8')
  const places = right.split(find).length - 1
  if (places === 0) throw new Error(`${file} has no «${find}» any more: the mutant is out of date`)
  await writeFile(path, right.replace(find, () => replace))
  try {
    return await killer(folder, tests)
  } finally {
    await writeFile(path, right)
  }
}

const wanted = process.argv[2] ?? ''
const mutants = MUTANTS.filter(({ name, file }) => `${name} ${file}`.includes(wanted))
const folder = await copyOfProject()
let survivors = 0
try {
  for (const mutant of mutants) {
    const noticed = await verdictOn(folder, mutant)
    if (noticed === undefined) survivors++
    console.log(`${noticed === undefined ? 'SURVIVED' : 'killed  '}  ${mutant.name}  (${mutant.file})${noticed === undefined ? '' : `\n          by: ${noticed}`}`)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
console.log(`mutants: ${mutants.length - survivors} killed, ${survivors} survived`)
process.exitCode = survivors > 0 ? 1 : 0
