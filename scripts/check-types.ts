import { spawnSync } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeConsumer } from './consumer.ts'

/** Type-checks the programs of test/types against the packed package, as consumers of several kinds would. */

const path = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url))

const COMPILERS = {
  'TypeScript 7.0': path('node_modules/typescript/bin/tsc'),
  'TypeScript 5.9': path('node_modules/typescript5/lib/tsc.js'),
}

/** `strict` is ours; the others are settings with which other projects have been written. */
const SETTINGS = {
  'standard decorators': {},
  'legacy decorators': { experimentalDecorators: true, emitDecoratorMetadata: true },
  'with the types of a browser': { lib: ['es2024', 'dom', 'dom.iterable'] },
  'a bundler': { module: 'esnext', moduleResolution: 'bundler' },
  'exact optional properties': { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
} as const

const BASE = {
  noEmit: true,
  // What a program exports of ours has to have names that it can write down.
  declaration: true,
  strict: true,
  target: 'es2024',
  lib: ['es2024', 'esnext.disposable'],
  module: 'nodenext',
  types: ['node'],
}

const consumer = makeConsumer()
let failures = 0
try {
  cpSync(path('test/types'), join(consumer.folder, 'programs'), { recursive: true })
  for (const [setting, options] of Object.entries(SETTINGS)) {
    const exclude = 'experimentalDecorators' in options ? ['programs/standard'] : []
    // Our own declarations are checked too, beside those of a browser as well.
    const compilerOptions = { ...BASE, ...options, skipLibCheck: false }
    writeFileSync(join(consumer.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['programs'], exclude }))
    for (const [compiler, tsc] of Object.entries(COMPILERS)) failures += check(`${compiler}, ${setting}`, tsc)
  }
} finally {
  consumer.remove()
}
process.exitCode = failures > 0 ? 1 : 0

function check(name: string, tsc: string): number {
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', '.'], { cwd: consumer.folder, encoding: 'utf8' })
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}`)
  if (status !== 0) console.log(stdout + stderr)
  return status === 0 ? 0 : 1
}
