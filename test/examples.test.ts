import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../scripts/built.ts'
import { faultOf, promisedOutput } from '../scripts/examples.ts'
import { blocksOf } from '../scripts/readme/blocks.ts'
import { type ChildExit, startChild } from './helpers/child.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
const LONG = 120_000

beforeAll(() => ensureBuilt(), LONG)
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a script of the package, as `npm run` would. */
function script(name: string, ...args: string[]): Promise<ChildExit> {
  return startChild(join(root, 'scripts', name), { args, cwd: folder }).exit
}

function written(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

describe('examples', () => {
  const files = globSync('examples/[0-9]*.ts', { cwd: root }).sort()

  test('there are examples, each of at most 40 lines that import the package by its name', () => {
    expect(files.length).toBeGreaterThanOrEqual(3)
    for (const file of files) {
      const text = readFileSync(join(root, file), 'utf8')
      expect(text.trimEnd().split('\n').length, file).toBeLessThanOrEqual(40)
      expect(text, file).toMatch(/^\/\/ You learn: /)
      expect(text, file).toContain(`from 'holdfast'`)
    }
  })

  test.each(files)('%s prints what it says', { timeout: LONG }, (file) => {
    expect(faultOf(join(root, file))).toBeUndefined()
  })

  test.each([
    ['prints something else', '// Output:\n//   one\nconsole.log("two")', 'it printed\ntwo\ninstead of\none\n'],
    ['prints one line more', '// Output:\n//   one\nconsole.log("one\\n")', 'it printed\none\n\ninstead of\none\n'],
    ['ends badly', '// Output:\n//   one\nconsole.log("one"); process.exit(3)', 'it ended with 3\none\n'],
    ['complains', '// Output:\n//   one\nconsole.log("one"); console.error("hm")', 'it complained\nhm\n'],
    ['promises nothing', '// You learn: nothing\nconsole.log("one")', 'its comment has no line "// Output:"'],
  ])('an example that %s is found out', (_what, text, fault) => {
    expect(faultOf(written('wrong.ts', text))).toBe(fault)
  })

  test('the promised output is the comment below the line "// Output:", indents kept', () => {
    expect(promisedOutput('// You learn: x\n//\n// Output:\n//   a\n//     b\n//\n//   c\nimport x\n// later\n')).toBe(
      'a\n  b\n\nc\n',
    )
  })
})

describe('the blocks of the README', () => {
  test('a prelude stands above its block, and every line keeps its number', () => {
    const markdown = 'text\n<!-- prelude:\nconst url = 1\n-->\n\n```ts\nprint(url)\n```\n```sh\nrm\n```\n'
    expect(blocksOf(markdown)).toEqual([{ line: 7, source: '\n\nconst url = 1\n\n\n\nprint(url)\n' }])
  })

  test.each([
    ['a block that does not end', '```ts\nlet a\n'],
    ['a prelude that does not end', '<!-- prelude: let a\n```ts\n```\n'],
    ['a prelude above text', '<!-- prelude: let a -->\nwords\n```ts\n```\n'],
    ['a prelude above another language', '<!-- prelude: let a -->\n```sh\n```\n'],
    ['a prelude at the end', '<!-- prelude: let a -->\n'],
  ])('%s is refused', (_what, markdown) => {
    expect(() => blocksOf(markdown)).toThrow(/^line 1: /)
  })

  const ts = (...lines: string[]): string => ['```ts', ...lines, '```', ''].join('\n')
  const CASES: [what: string, markdown: string, told: string | undefined][] = [
    [
      'a right one',
      ts(
        `const r: Response = await fetch('https://example.org/a.json')`,
        `if ((await r.json() as { EUR: number }).EUR !== 1) throw r`,
      ),
      undefined,
    ],
    [
      'holdfast by name',
      ts(
        `import { cachedFetch, inspect } from 'holdfast'`,
        `if (inspect(await cachedFetch('https://api.example.org/a'))?.outcome !== 'miss') throw 1`,
      ),
      undefined,
    ],
    [
      'a prelude',
      `<!-- prelude: interface Rates { EUR: number } const url = 'https://example.org/a' -->\n${ts('const rates = (await (await fetch(url)).json()) as Rates', 'rates.EUR.toFixed(2)')}`,
      undefined,
    ],
    [
      'a decorator',
      ts(
        'const kept = <F>(f: F, _: ClassMethodDecoratorContext): F => f',
        'class A { @kept a(): number { return 1 } }',
        'new A().a()',
      ),
      undefined,
    ],
    ['a name without a prelude', ts('console.log(url)'), `Cannot find name 'url'`],
    [
      'a wrong option',
      ts(`import { cachedFetch } from 'holdfast'`, `await cachedFetch('https://example.org/', { holdfast: { ttll: 1 } })`),
      'ttll',
    ],
    [
      'an option that only fails when it runs',
      ts(`import { createCachedFetch } from 'holdfast'`, `createCachedFetch({ ttl: 'soon' })`),
      'TypeError',
    ],
    ['another host', ts(`await fetch('https://example.net/')`), 'may only name example.org'],
    ['a wait without an end', ts('await new Promise(() => {})'), 'it ended with 13'],
  ]

  test('a wrong block fails, a right one beside it does not', { timeout: LONG }, async () => {
    const document = CASES.map(([what, markdown]) => `${what}\n\n${markdown}`).join('\n')
    const { code, stdout } = await script('readme-blocks.ts', written('FIXTURE.md', document))
    const reports = stdout.split(/^(?=ok|FAILED)/m)
    expect(reports).toHaveLength(CASES.length)
    for (const [nth, [what, , told]] of CASES.entries()) {
      expect(reports[nth], what).toMatch(told === undefined ? /^ok/ : /^FAILED/)
      expect(reports[nth], what).toContain(told ?? 'FIXTURE.md:')
    }
    expect(code).toBe(1)
  })

  test('a document without a block is no proof of anything', { timeout: LONG }, async () => {
    const { code, stderr } = await script('readme-blocks.ts', written('EMPTY.md', 'words\n'))
    expect(stderr).toContain('EMPTY.md has no block of TypeScript')
    expect(code).toBe(1)
  })
})
