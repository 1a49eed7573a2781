import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeConsumer } from './consumer.ts'

/** Type-checks and runs each TypeScript block of README.md, as a program of its own beside the packed package. */

const path = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url))

/** In the place of the hosts that the README names, which nobody should depend on: holdfast takes a fetch that has been replaced. */
const HOSTS = `globalThis.fetch = async (input) => {
  const { hostname } = new URL(input instanceof Request ? input.url : input)
  if (hostname !== 'example.org' && !hostname.endsWith('.example.org')) throw new TypeError('the README names ' + hostname)
  return Response.json({ EUR: 1 }, { headers: { 'cache-control': 'max-age=60' } })
}
`

interface Block {
  readonly line: number
  readonly text: string
}

const blocks = blocksOf(readFileSync(path('README.md'), 'utf8'))
if (blocks.length === 0) throw new Error('README.md has no block of TypeScript')
const consumer = makeConsumer()
try {
  writeFileSync(join(consumer.folder, 'hosts.mjs'), HOSTS)
  writeFileSync(join(consumer.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options(), include: ['blocks'] }))
  mkdirSync(join(consumer.folder, 'blocks'))
  // An export makes a module of it, so that blocks do not share their names.
  for (const { line, text } of blocks)
    writeFileSync(join(consumer.folder, fileOf(line)), `${'\n'.repeat(line)}${text}\nexport {}\n`)
  check('the types of all blocks', [path('node_modules/typescript/bin/tsc'), '-p', '.'])
  for (const { line } of blocks) check(`the block at line ${line}`, ['--import', './hosts.mjs', fileOf(line)])
} finally {
  consumer.remove()
}

function blocksOf(readme: string): Block[] {
  return [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map((found) => ({
    line: readme.slice(0, found.index).split('\n').length,
    text: found[1] ?? '',
  }))
}

function fileOf(line: number): string {
  return join('blocks', `line-${line}.ts`)
}

function options(): object {
  return {
    noEmit: true,
    strict: true,
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
  }
}

function check(name: string, args: readonly string[]): void {
  const env = { ...process.env, HOLDFAST_DIR: join(consumer.folder, 'cache') }
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: consumer.folder,
    encoding: 'utf8',
    env,
    timeout: 60_000,
  })
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}`)
  if (status === 0) return
  console.log(stdout + stderr)
  process.exitCode = 1
}
