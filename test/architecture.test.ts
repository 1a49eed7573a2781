import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { booleanParameters, longFiles, longFunctions, manyParameters } from './architecture/budgets.ts'
import { importCycles } from './architecture/cycles.ts'
import { impurePolicy, timeAndChance } from './architecture/handed-in.ts'
import { misplacedImports } from './architecture/import-table.ts'
import { logicInIndex } from './architecture/index-only.ts'
import { moduleState } from './architecture/module-state.ts'
import { emptyNames } from './architecture/names.ts'
import { untriedPeers } from './architecture/optional-peers.ts'
import { type Source, sourceOf, type Violation } from './architecture/source.ts'
import { baselessSuppressions } from './architecture/suppressions.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Read anew by each run, so that a file added tomorrow is held to the same rules. */
function sourcesIn(...folders: string[]): Source[] {
  return folders
    .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root, exclude: (path) => path.includes('node_modules') }))
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => sourceOf(path, readFileSync(`${root}/${path}`, 'utf8')))
}

const product = sourcesIn('src', 'adapters')
const programs = sourcesIn('examples', 'bench', 'scripts')
const tests = sourcesIn('test')
const everything = [...product, ...programs, ...tests]
/** Without the test files: the callback of a table takes as many parameters as the table has columns. */
const functions = everything.filter(({ path }) => !path.endsWith('.test.ts'))

const RULES: readonly (readonly [string, readonly Source[], (sources: readonly Source[]) => Violation[]])[] = [
  ['every file imports only what the import table gives its layer', everything, misplacedImports],
  ['no files import each other in a ring', everything, importCycles],
  ['no file is longer than 200 lines, options apart', everything, longFiles],
  ['no function is longer than 40 lines', functions, longFunctions],
  ['no function takes more than 4 parameters', functions, manyParameters],
  ['no function takes a boolean', functions, booleanParameters],
  ['no check is switched off without a reason', everything, baselessSuppressions],
  ['no module keeps state or acts when it is imported', product, moduleState],
  ['time and randomness are handed in', product, timeAndChance],
  ['policy neither waits nor looks around', product, impurePolicy],
  ['the index only exports', product, logicInIndex],
  ['a package that may not be there is imported where that may fail', product, untriedPeers],
  ['no file is named after nothing', everything, emptyNames],
]

test.each(RULES)('%s', (_rule, sources, violations) => {
  expect(violations(sources).map(({ at, says }) => `${at} ${says}`)).toEqual([])
})

test('the rules read the files that they are for', () => {
  expect(product.map(({ path }) => path)).toContain('src/unsupported.ts')
  expect(tests.map(({ path }) => path)).toContain('test/architecture.test.ts')
})
