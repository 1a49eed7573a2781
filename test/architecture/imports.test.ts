import { describe, expect, test } from 'vitest'
import { importCycles } from './cycles.ts'
import { misplacedImports } from './import-table.ts'
import { sourceOf } from './source.ts'

/** [importer, import line, allowed] */
const TABLE: readonly (readonly [string, string, 'yes' | 'no'])[] = [
  ['src/model/a.ts', "import type { B } from './b.ts'", 'yes'],
  ['src/model/a.ts', "import type { B } from '../policy/b.ts'", 'no'],
  ['src/model/a.ts', "import { createHash } from 'node:crypto'", 'no'],
  ['src/model/a.ts', "export { B } from '../stages/b.ts'", 'no'],
  ['src/policy/a.ts', "import { b } from '../model/b.ts'", 'yes'],
  ['src/policy/a.ts', "import { b } from './b.ts'", 'yes'],
  ['src/policy/a.ts', "import { createHash } from 'node:crypto'", 'yes'],
  ['src/policy/a.ts', "import { randomUUID } from 'node:crypto'", 'no'],
  ['src/policy/a.ts', "import { randomBytes as bytes } from 'node:crypto'", 'no'],
  ['src/policy/a.ts', "import * as crypto from 'node:crypto'", 'no'],
  ['src/policy/a.ts', "import crypto from 'node:crypto'", 'no'],
  ['src/policy/a.ts', "import { readFileSync } from 'node:fs'", 'no'],
  ['src/policy/a.ts', "import pRetry from 'p-retry'", 'no'],
  ['src/policy/a.ts', "import { b } from '../stages/b.ts'", 'no'],
  ['src/policy/a.ts', "type B = import('../stages/b.ts').B", 'no'],
  ['src/policy/a.ts', "const fs = process.getBuiltinModule('node:fs')", 'no'],
  ['src/policy/a.ts', "const b = await import('../create.ts')", 'no'],
  ['src/policy/a.ts', 'const b = await import(name)', 'no'],
  ['src/stages/a.ts', "import { b } from '../policy/b.ts'", 'yes'],
  ['src/stages/a.ts', "import http from 'node:http'", 'yes'],
  ['src/stages/a.ts', "import http from 'http'", 'no'],
  ['src/stages/a.ts', "import { b } from './b.ts'", 'no'],
  ['src/stages/a.ts', "import type { B } from './b.ts'", 'no'],
  ['src/stages/a/one.ts', "import { two } from './two.ts'", 'yes'],
  ['src/stages/a/one.ts', "import { two } from '../b/two.ts'", 'no'],
  ['src/stages/a.ts', "import { two } from './a/two.ts'", 'yes'],
  ['src/stages/ab.ts', "import { two } from './a/two.ts'", 'no'],
  ['src/stages/a.ts', "import { pipe } from '../pipeline.ts'", 'no'],
  ['src/stages/governor/line.ts', "import PQueue from 'p-queue'", 'yes'],
  ['src/stages/governor/pacer.ts', "import type Bottleneck from 'bottleneck'", 'yes'],
  ['src/stages/tiers.ts', "import PQueue from 'p-queue'", 'no'],
  ['src/stages/download/series.ts', "const { default: pRetry } = await import('p-retry')", 'yes'],
  ['src/stages/tiers.ts', "import { memory } from '../../adapters/stores/memory.ts'", 'no'],
  ['src/pipeline.ts', "import type { Rooms } from './model/rooms.ts'", 'yes'],
  ['src/pipeline.ts', "import { Tiers } from './stages/tiers.ts'", 'no'],
  ['src/pipeline.ts', "import { create } from './create.ts'", 'no'],
  ['src/pipeline.ts', "import { fly } from './landing.ts'", 'yes'],
  ['src/landing.ts', "import { merge } from './policy/merge.ts'", 'yes'],
  ['src/landing.ts', "import { Tiers } from './stages/tiers.ts'", 'no'],
  ['src/landing.ts', "import { create } from './create.ts'", 'no'],
  ['src/create.ts', "import { Tiers } from './stages/tiers.ts'", 'yes'],
  ['src/create.ts', "import { cachedFetch } from './index.ts'", 'no'],
  ['src/create.ts', "import { readFileSync } from 'node:fs'", 'no'],
  ['src/create.ts', "import { memory } from '../adapters/stores/memory.ts'", 'no'],
  ['src/instance.ts', "import { memory } from '../adapters/stores/memory.ts'", 'yes'],
  ['src/instance.ts', "const { sqlite } = await import('../adapters/stores/sqlite.ts')", 'yes'],
  ['src/instance.ts', "import { Tables } from '../adapters/stores/sqlite/tables.ts'", 'no'],
  ['src/cached-fetch.ts', "import PQueue from 'p-queue'", 'no'],
  ['adapters/stores/memory.ts', "import { parseSize } from '../../src/model/size.ts'", 'yes'],
  ['adapters/stores/memory.ts', "import { judge } from '../../src/policy/judge.ts'", 'no'],
  ['adapters/stores/memory.ts', "import { Tiers } from '../../src/stages/tiers.ts'", 'no'],
  ['adapters/stores/memory.ts', "import { cachedFetch } from '../../src/index.ts'", 'no'],
  ['adapters/stores/sqlite.ts', "import { DatabaseSync } from 'node:sqlite'", 'yes'],
  ['adapters/stores/keyv.ts', "import type Keyv from 'keyv'", 'yes'],
  ['adapters/stores/keyv/pages.ts', "import type Keyv from 'keyv'", 'yes'],
  ['adapters/stores/memory.ts', "import type Keyv from 'keyv'", 'no'],
  ['adapters/serve/handler.ts', "import { cachedFetch } from '../../src/index.ts'", 'yes'],
  ['adapters/serve/handler.ts', "import { create } from '../../src/create.ts'", 'no'],
  ['adapters/testing/index.ts', "import { memory } from '../stores/memory.ts'", 'no'],
  ['examples/01.ts', "import { cachedFetch } from 'holdfast'", 'yes'],
  ['examples/01.ts', "import { toyOrigin } from './origin/toy.ts'", 'yes'],
  ['examples/01.ts', "import { cachedFetch } from '../src/index.ts'", 'no'],
  ['examples/01.ts', "import { cachedFetch } from '../dist/index.js'", 'no'],
  ['bench/hit.ts', "import { memory } from 'holdfast/memory'", 'yes'],
  ['bench/hit.ts', "import { memory } from '../adapters/stores/memory.ts'", 'no'],
  ['test/pipeline.test.ts', "import { serve } from '../src/pipeline.ts'", 'yes'],
]

describe('misplacedImports', () => {
  test.each(TABLE)('%s: %s: %s', (path, line, allowed) => {
    expect(misplacedImports([sourceOf(path, line)])).toHaveLength(allowed === 'yes' ? 0 : 1)
  })

  test('names the line and what it may not have', () => {
    const found = misplacedImports([sourceOf('src/model/a.ts', "\nimport { join } from 'node:path'\n")])
    expect(found).toEqual([{ at: 'src/model/a.ts:2', says: 'may not import node:path' }])
  })
})

describe('importCycles', () => {
  const ring = (...texts: string[]) =>
    importCycles(texts.map((text, index) => sourceOf(`src/${index}.ts`, text))).map(({ says }) => says)

  test('finds a ring of two, of three, and of one', () => {
    expect(ring("import './1.ts'", "import './0.ts'")).toEqual(['is in a ring: src/0.ts → src/1.ts → src/0.ts'])
    expect(ring("import './1.ts'", "import './2.ts'", "import './1.ts'")).toEqual([
      'is in a ring: src/1.ts → src/2.ts → src/1.ts',
    ])
    expect(ring("import './0.ts'")).toEqual(['is in a ring: src/0.ts → src/0.ts'])
  })

  test('counts imports of types and at run time', () => {
    expect(ring("import type { B } from './1.ts'", "const a = () => import('./0.ts')")).toHaveLength(1)
  })

  test('has nothing against a diamond', () => {
    expect(ring("import './1.ts'\nimport './2.ts'", "import './3.ts'", "import './3.ts'", '')).toEqual([])
  })
})
