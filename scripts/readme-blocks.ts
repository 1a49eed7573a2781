/**
 * `npm run readme` type-checks each TypeScript block of README.md and runs it, as a program of its own beside the packed package;
 * `npm run readme -- FILE` those of another document. Shell blocks are not run.
 */
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ensureBuilt } from './built.ts'
import { makeConsumer } from './consumer.ts'
import { type Block, blocksOf } from './readme/blocks.ts'
import { preloadFor, startExampleOrg } from './readme/example-org.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const LONGEST = 30_000

/** Decorators are lowered and types removed by the same run of tsc that checks them, so what runs is what was checked. */
const COMPILER_OPTIONS = {
  strict: true,
  target: 'es2024',
  lib: ['es2024', 'esnext.disposable', 'esnext.decorators'],
  module: 'nodenext',
  moduleDetection: 'force',
  types: ['node'],
  rootDir: 'blocks',
  outDir: 'run',
  inlineSourceMap: true,
}

const nameOf = ({ line }: Block): string => `line-${line}`

/** What tsc says about each block, by the block's name; lines and columns are those of the document. */
function typeFaults(folder: string, document: string): Map<string, string> {
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.', '--pretty', 'false'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  )
  const faults = new Map<string, string>()
  for (const [, name = '', rest] of stdout.matchAll(/^blocks\/(line-\d+)\.ts(.*(?:\n .*)*)/gm))
    faults.set(name, `${faults.get(name) ?? ''}\n       ${document}${rest}`)
  if (status !== 0 && faults.size === 0) throw new Error(`tsc ended with ${status}\n${stdout}`)
  return faults
}

/** What goes wrong when a block runs, or undefined. */
async function runFault(folder: string, block: Block): Promise<string | undefined> {
  const cwd = join(folder, 'cwd', nameOf(block))
  mkdirSync(cwd, { recursive: true })
  const file = join(folder, 'run', `${nameOf(block)}.js`)
  const env = { ...process.env, HOLDFAST_DIR: join(cwd, 'cache') }
  const flags = ['--enable-source-maps', '--import', join(folder, 'example-org.mjs')]
  try {
    await promisify(execFile)(process.execPath, [...flags, file], { cwd, env, timeout: LONGEST })
    return undefined
  } catch (error) {
    const { killed, code, stderr } = error as Error & { killed: boolean; code: number | string; stderr: string }
    return killed ? `it did not end within ${LONGEST / 1000} s` : `it ended with ${code}\n${stderr}`
  }
}

/** True if all blocks are right. */
async function check(path: string): Promise<boolean> {
  const blocks = blocksOf(readFileSync(path, 'utf8'))
  if (blocks.length === 0) throw new Error(`${path} has no block of TypeScript`)
  using server = await startExampleOrg()
  const { folder, remove } = makeConsumer()
  try {
    fill(folder, { blocks, preload: preloadFor(server.url) })
    const faults = typeFaults(folder, basename(path))
    let isRight = true
    for (const block of blocks) {
      const fault = faults.get(nameOf(block)) ?? (await runFault(folder, block))
      console.log(
        `${fault === undefined ? 'ok    ' : 'FAILED'} ${basename(path)}:${block.line}${fault === undefined ? '' : `: ${fault}`}`,
      )
      isRight &&= fault === undefined
    }
    return isRight
  } finally {
    remove()
  }
}

function fill(folder: string, { blocks, preload }: { blocks: readonly Block[]; preload: string }): void {
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ['blocks'] }))
  writeFileSync(join(folder, 'example-org.mjs'), preload)
  mkdirSync(join(folder, 'blocks'))
  for (const block of blocks) writeFileSync(join(folder, 'blocks', `${nameOf(block)}.ts`), block.source)
  const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { peerDependencies: object }
  for (const name of Object.keys(peerDependencies)) {
    const place = join(folder, 'node_modules', name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(realpathSync(join(root, 'node_modules', name)), place, 'junction')
  }
}

ensureBuilt()
const [given = join(root, 'README.md')] = process.argv.slice(2)
process.exitCode = (await check(resolve(given))) ? 0 : 1
