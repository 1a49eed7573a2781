import { appendFileSync, readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder as inFolder } from '../../../adapters/stores/folder.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { cut, ok, type Step } from '../../helpers/origin/index.ts'
import { given, seen } from '../download/given.ts'
import { folder } from './given.ts'

// A kill in the middle of an append leaves a file that ends in a piece of a chunk: at most that chunk is asked for again (P01, G1).
const body = pseudoRandom(5_000_000, 'torn')
const strong = { etag: '"1"', ranges: true }
const MIB = 1024 * 1024
const SEALED = MIB + 16

/** The body: all else is smaller. */
function largestIn(dir: string): string {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name))
  return paths.toSorted((a, b) => statSync(b).size - statSync(a).size)[0] ?? ''
}

/** A body longer than the database says is its own affair; one that is shorter is damage to it. */
const longer: Row[] = [
  ['a piece of the next chunk', cut(body, 3_500_000, strong), (file) => appendFileSync(file, pseudoRandom(70_000)), 3 * MIB],
  ['one byte', cut(body, 3_500_000, strong), (file) => appendFileSync(file, 'x'), 3 * MIB],
]
const shorter: Row[] = [
  ['its last seal half written', cut(body, 3_500_000, strong), (file) => truncateSync(file, 3 * SEALED - 5), 2 * MIB],
  ['less than one chunk', cut(body, 1_100_000, strong), (file) => truncateSync(file, 500_000), 0],
]
type Row = [ends: string, broken: Step, tear: (file: string) => void, from: number]

describe.each<[string, (dir: string) => Store, Row[]]>([
  ['sqlite', (dir) => sqlite(join(dir, 'cache.db')), [...longer, ...shorter.slice(1)]],
  ['folder', (dir) => inFolder(dir), [...longer, ...shorter]],
])('%s', (_, open, rows) => {
  test.each(rows)(
    'the file of a broken body ends in %s: gone on with behind the last whole chunk',
    async (__, broken, tear, from) => {
      const dir = folder()
      await using first = await given({ tiers: [open(dir)], retry: false })
      first.origin.script('/f', broken, ok(body, strong))
      expect((await seen(first.fetch(first.origin.url('/f')))).rejected).toBe('TRUNCATED')
      await first.fetch.close()
      tear(largestIn(dir))
      await using next = await given({ tiers: [open(dir)], retry: false }, first.clock)
      const answer = await next.fetch(first.origin.url('/f'))
      expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(body))
      // An overlap of a kilobyte is compared.
      const range = /^bytes=(\d+)-$/.exec(String(first.origin.requests('/f').at(-1)?.headers.range ?? 'bytes=0-'))
      expect(Number(range?.[1])).toBeGreaterThanOrEqual(Math.max(0, from - 1_024))
      expect(Number(range?.[1])).toBeLessThanOrEqual(from)
      const again = await next.fetch(first.origin.url('/f'), { cache: 'force-cache' })
      expect(sha256(new Uint8Array(await again.arrayBuffer()))).toBe(sha256(body))
    },
  )
})
