import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { defaultPlace } from '../../../src/default-place.ts'
import type { CallOptions, Options } from '../../../src/index.ts'
import { counting } from '../../helpers/origin/index.ts'
import { bench, outcomeOf, textOf } from './kit.ts'

describe('HOLDFAST_MODE', () => {
  afterEach(() => vi.unstubAllEnvs())

  const rows = [
    ['offline', 'online', 'stored'],
    ['online', 'offline', '1'],
    ['prefer-offline', 'online', 'stored'],
    ['', 'offline', 'stored'],
    ['', 'online', '1'],
  ] as const
  test.each(rows)('%j over %s, for an instance and for what extends it', async (env, mode, text) => {
    vi.stubEnv('HOLDFAST_MODE', env)
    await using b = await bench({ '/r': counting(), '/s': counting() }, { mode })
    const child = b.fetch.extend({ mode })
    for (const path of ['/r', '/s']) await b.fetch.put(b.origin.url(path), new Response('stored'))
    expect([await textOf(b.fetch(b.origin.url('/r'))), await textOf(child(b.origin.url('/s')))]).toEqual([text, text])
  })

  test('a wrong one is told, not ignored', () => {
    vi.stubEnv('HOLDFAST_MODE', 'ofline')
    return expect(bench()).rejects.toThrow(/HOLDFAST_MODE.*ofline.*offline/)
  })
})

describe('options from JSON.parse with __proto__ or constructor (A09)', () => {
  const poisons = [
    '{"__proto__": {"ttl": "1h", "polluted": true}}',
    '{"fallback": {"__proto__": {"maxStale": 1, "polluted": true}}}',
    '{"retry": {"constructor": {"prototype": {"polluted": true}}}}',
    '{"rules": [{"match": "/*", "__proto__": {"ttl": "1h", "polluted": true}}]}',
  ]
  const wholesome = (error: unknown): string => (error instanceof TypeError ? 'refused' : 'harm')

  test.each(poisons)('%s is refused or does nothing', async (poison) => {
    await using b = await bench({ '/r': counting() })
    const open = async (): Promise<string> => {
      const fetch = b.open(JSON.parse(poison) as Options)
      await textOf(fetch(b.origin.url('/r')))
      return String(await outcomeOf(fetch(b.origin.url('/r'))))
    }
    expect(await open().catch(wholesome)).toMatch(/^(refused|miss)$/)
    const { rules: _, ...call } = JSON.parse(poison) as Options
    const called = outcomeOf(b.fetch(b.origin.url('/r'), { holdfast: call as CallOptions })).catch(wholesome)
    expect(await called).toMatch(/^(refused|miss)$/)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('where the default instance keeps its file', () => {
  /** A folder with a program in it, and a package that it has installed. */
  async function project(): Promise<AsyncDisposable & { readonly dir: string; main(name: string): Promise<string> }> {
    const dir = await mkdtemp(join(tmpdir(), 'holdfast-place-'))
    await writeFile(join(dir, 'package.json'), '{ "name": "theirs" }')
    return {
      dir,
      async main(name) {
        const folder = join(dir, 'node_modules', name)
        await mkdir(folder, { recursive: true })
        await writeFile(join(folder, 'package.json'), JSON.stringify({ name }))
        await writeFile(join(folder, 'main.mjs'), '')
        return join(folder, 'main.mjs')
      },
      [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
    }
  }

  test.each(['mocha', 'jasmine'])('nowhere, where %s runs tests: it sets no variable in its own process', async (name) => {
    await using p = await project()
    expect(defaultPlace({ XDG_CACHE_HOME: p.dir }, await p.main(name))).toEqual({ name: 'memory', why: 'test runner' })
    expect(defaultPlace({ XDG_CACHE_HOME: p.dir }, await p.main('other'))).toMatchObject({ name: 'folder' })
  })

  test('nowhere, where node --test runs the files of tests in its own process', async () => {
    await using p = await project()
    process.execArgv.push('--test')
    try {
      expect(defaultPlace({ XDG_CACHE_HOME: p.dir }, join(p.dir, 'a.test.mjs'))).toEqual({ name: 'memory', why: 'test runner' })
    } finally {
      process.execArgv.pop()
    }
  })

  test("a single executable's own, wherever it is started and whatever the shell was told", async () => {
    await using p = await project()
    const real = process.getBuiltinModule
    const builtin = vi.spyOn(process, 'getBuiltinModule')
    builtin.mockImplementation(((id: string) => (id === 'node:sea' ? { isSea: () => true } : real(id))) as typeof real)
    const folder = vi.spyOn(process, 'cwd').mockReturnValue(p.dir)
    try {
      const env = { XDG_CACHE_HOME: p.dir }
      const [here] = [defaultPlace(env, 'tool'), folder.mockReturnValue(tmpdir())]
      expect(here).toMatchObject({ file: expect.stringMatching(/[\\/]node[^\\/]*-[0-9a-f]{12}[\\/]cache\.db$/) })
      expect([defaultPlace(env, 'tool'), defaultPlace(env, join(p.dir, 'package.json'))]).toEqual([here, here])
    } finally {
      builtin.mockRestore()
      folder.mockRestore()
    }
  })

  test("with its program's, in the thread of a pool that came with a package", async () => {
    await using p = await project()
    const source = new URL('../../../src/default-place.ts', import.meta.url).href
    const text = `import { parentPort } from 'node:worker_threads'; import { defaultPlace } from ${JSON.stringify(source)}
      process.cwd = () => ${JSON.stringify(p.dir)}
      parentPort.postMessage(defaultPlace({ XDG_CACHE_HOME: ${JSON.stringify(p.dir)} }, process.argv[1]))`
    const file = await p.main('pool')
    await writeFile(file, text)
    const worker = new Worker(file)
    const { promise, resolve } = Promise.withResolvers<unknown>()
    worker.once('message', resolve).once('error', resolve)
    const own = defaultPlace({ XDG_CACHE_HOME: p.dir }, join(p.dir, 'package.json'))
    expect(await promise).toEqual(own)
    await worker.terminate()
  })
})
