/** `npm run example 05` runs one example; `npm run examples` runs all, and compares what they print with what they say they print. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureBuilt } from './built.ts'

const examples = fileURLToPath(new URL('../examples', import.meta.url))
const LONGEST = 60_000

/** The output that the comment at the head of an example promises: the lines below `// Output:`. Undefined where it promises none. */
export function promisedOutput(source: string): string | undefined {
  const head = /^(?:\/\/.*\n)+/.exec(source.replaceAll('\r\n', '\n'))?.[0] ?? ''
  const [, below] = head.split(/^\/\/ Output:\n/m)
  return below?.replaceAll(/^\/\/(?: {3})?/gm, '')
}

/** What is wrong with a run of an example, or undefined. */
export function faultOf(file: string): string | undefined {
  const promised = promisedOutput(readFileSync(file, 'utf8'))
  if (promised === undefined) return 'its comment has no line "// Output:"'
  const { status, signal, stdout, stderr } = run(file, 'pipe')
  if (status !== 0) return `it ended with ${status ?? signal}\n${stdout}${stderr}`
  if (stderr !== '') return `it complained\n${stderr}`
  return stdout === promised ? undefined : `it printed\n${stdout}instead of\n${promised}`
}

/** In a process of its own, whose default instance keeps its cache in a folder of its own. */
function run(file: string, stdio: 'pipe' | 'inherit'): SpawnSyncReturns<string> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-example-'))
  try {
    const env = { ...process.env, HOLDFAST_DIR: folder }
    return spawnSync(process.execPath, [file], { env, stdio, encoding: 'utf8', timeout: LONGEST })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function allExamples(): string[] {
  return globSync('[0-9][0-9]-*.ts', { cwd: examples })
    .sort()
    .map((name) => join(examples, name))
}

function runOne(name: string): boolean {
  const file = allExamples().find((path) => basename(path).startsWith(name))
  if (file !== undefined) return run(file, 'inherit').status === 0
  console.error(
    `There is no example ${name}. There are: ${allExamples()
      .map((path) => basename(path, '.ts'))
      .join(', ')}`,
  )
  return false
}

function compareAll(): boolean {
  const faults = allExamples().map((file) => {
    const fault = faultOf(file)
    console.log(`${fault === undefined ? 'ok    ' : 'FAILED'} ${basename(file)}${fault === undefined ? '' : `: ${fault}`}`)
    return fault
  })
  return faults.length > 0 && faults.every((fault) => fault === undefined)
}

if (import.meta.main) {
  ensureBuilt()
  const [name] = process.argv.slice(2)
  process.exitCode = (name === undefined ? compareAll() : runOne(name)) ? 0 : 1
}
