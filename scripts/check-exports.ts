import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BARE } from './bare-imports.ts'
import { makeConsumer } from './consumer.ts'

/** Imports the packed package as a stranger would: every entry point, without optional peers, under several runtimes' conditions. */

const ENTRIES = [
  'holdfast',
  'holdfast/memory',
  'holdfast/sqlite',
  'holdfast/folder',
  'holdfast/redis',
  'holdfast/sealed',
  'holdfast/keyv',
  'holdfast/testing',
]
const SENTENCE = 'holdfast runs on Node.js 24 or later only'

/** Names that other runtimes are given, read from the source, since the module itself cannot be imported. */
const refused = [
  ...readFileSync(fileURLToPath(new URL('../src/unsupported.ts', import.meta.url)), 'utf8').matchAll(/^export const (\w+)/gm),
].map(([, name]) => name)

const consumer = makeConsumer()
const home = join(consumer.folder, 'home')
mkdirSync(home)
try {
  check('other runtimes get every name that Node gets, and no other', () => {
    const script = `const all = await Promise.all(${JSON.stringify(ENTRIES)}.map((entry) => import(entry)));
      console.log(JSON.stringify(all.flatMap((entry) => Object.keys(entry))))`
    assert.deepEqual(new Set(JSON.parse(node([], script)) as string[]), new Set(refused))
  })
  check('an error of one entry point is an instance of the class of another', () => {
    const script = `import { HoldfastError } from 'holdfast'; import { sqlite } from 'holdfast/sqlite'; import { writeFileSync } from 'node:fs'
      writeFileSync('no-database.db', 'this is a text, not a database, and long enough to be read as a header'.repeat(20))
      const store = async () => { const opened = sqlite('no-database.db/deeper/cache.db'); return opened.get('k') }
      console.log(await store().then(() => 'no error', (error) => error instanceof HoldfastError && error.code))`
    assert.equal(node([], script).trim(), 'STORE')
  })
  check('a missing optional peer is named when it is needed, with the line that installs it', () => {
    const script = `import { redis } from 'holdfast/redis'
      console.log(await redis('redis://127.0.0.1:1').get('k').then(() => 'no error', (error) => error.code + ' ' + error.message))`
    assert.match(node([], script), /^STORE redis: the package @redis\/client is missing.*npm install @redis\/client/)
  })
  check('importing everything writes nothing and leaves nothing running', () => {
    const script = `${ENTRIES.map((entry) => `import '${entry}'`).join('\n')}
      const { readdirSync } = await import('node:fs')
      console.log(JSON.stringify([process.getActiveResourcesInfo().filter((kind) => !/FS|Pipe|TTY/.test(kind)), readdirSync('home')]))`
    assert.deepEqual(JSON.parse(node([], script)), [[], []])
  })
  for (const entry of ENTRIES) {
    for (const runtime of ['deno', 'bun']) {
      check(`${entry} says what it needs under the condition ${runtime}`, () => {
        assert.equal(node(['-C', runtime], importedBy(entry)).slice(0, SENTENCE.length), SENTENCE)
      })
    }
    check(`${entry} is Node's in Node, whatever else is wished`, () => {
      assert.equal(node(['-C', 'browser', '-C', 'workerd', '-C', 'development'], importedBy(entry)), 'imported')
    })
  }
  check('a bundler has nothing to tell: no file imports another for nothing', () => {
    const dist = join(consumer.folder, 'node_modules/holdfast/dist')
    const files = readdirSync(dist).filter((name) => name.endsWith('.js'))
    assert.deepEqual(
      files.filter((name) => readFileSync(join(dist, name), 'utf8').match(BARE) !== null),
      [],
    )
  })
  check('conditions that no runtime has fall through to the sentence', () => {
    const { exports } = JSON.parse(readFileSync(join(consumer.folder, 'node_modules/holdfast/package.json'), 'utf8')) as {
      exports: Record<string, Record<string, string>>
    }
    for (const entry of ENTRIES) assert.equal(exports[entry.replace('holdfast', '.')]?.default, './dist/unsupported.js')
  })
} finally {
  consumer.remove()
}

function importedBy(entry: string): string {
  return `process.stdout.write(await import('${entry}').then(() => 'imported', (error) => error.message))`
}

function node(flags: readonly string[], script: string): string {
  const file = join(consumer.folder, 'program.mjs')
  writeFileSync(file, script)
  const env = { ...process.env, HOME: home, XDG_CACHE_HOME: home, LOCALAPPDATA: home }
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, file], {
    cwd: consumer.folder,
    encoding: 'utf8',
    env,
  })
  if (status !== 0) throw new Error(stderr)
  return stdout
}

function check(name: string, run: () => void): void {
  try {
    run()
    console.log(`ok     ${name}`)
  } catch (error) {
    console.log(`FAILED ${name}\n${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}
