import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cachedFetch } from '../../../src/index.ts'
import { type Child, startChild } from '../../helpers/child.ts'
import { counting, type Origin, ok, startOrigin } from '../../helpers/origin/index.ts'

interface Told {
  length?: number
  outcome?: string
  tier?: string
  warnings?: string[]
  error?: string
  resources?: [string[], string[]]
}

/** A program with a home of its own, in a folder of its own, that inherits nothing of the test runner. */
interface Place extends AsyncDisposable {
  readonly home: string
  readonly origin: Origin
  start(
    env?: Record<string, string>,
    where?: { cwd?: string; listen?: boolean },
  ): Promise<Child & { get(path: string): Promise<Told>; first: Told }>
  /** Files and folders below the home, with their permissions. */
  found(): Promise<Record<string, string>>
  project(name: string): Promise<string>
}

const PROGRAM = new URL('children/default-instance.ts', import.meta.url).href

async function place(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'holdfast-home-'))
  const made = async (name: string): Promise<string> => mkdtemp(join(root, `${name}-`))
  const home = await made('home')
  const origin = await startOrigin()
  origin.script('/r', counting({ headers: { 'Cache-Control': 'max-age=600' } }))
  origin.script('/big', ok(Buffer.alloc(2 * 1024 * 1024), { headers: { 'Cache-Control': 'max-age=600' } }))
  const children: Child[] = []
  const nothing = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]))
  const project = async (name: string): Promise<string> => {
    const folder = await made('project')
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name }))
    await writeFile(join(folder, 'main.mjs'), `await import(${JSON.stringify(PROGRAM)})`)
    return folder
  }
  const usual = await project('@scope/a-program')
  return {
    home,
    origin,
    project,
    async start(env = {}, { cwd = usual, listen = false } = {}) {
      const options = { env: { ...nothing, HOME: home, ...env }, cwd, args: listen ? ['listen'] : [] }
      const child = startChild(join(cwd, 'main.mjs'), options)
      children.push(child)
      const first = await child.message<Told>()
      const get = (path: string): Promise<Told> => {
        child.send(origin.url(path))
        return child.message<Told>()
      }
      return Object.assign(child, { get, first })
    },
    async found() {
      const all = await readdir(home, { recursive: true, withFileTypes: true })
      const rows = await Promise.all(
        all.map(async (one) => {
          const path = join(one.parentPath, one.name)
          return [
            relative(home, path),
            `${one.isDirectory() ? 'd' : 'f'} ${((await stat(path)).mode & 0o777).toString(8)}`,
          ] as const
        }),
      )
      return Object.fromEntries(rows)
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) await child[Symbol.asyncDispose]()
      await origin.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

describe('the default instance', { concurrent: true }, () => {
  test('importing touches nothing; the first call makes a private folder and file', async () => {
    await using p = await place()
    const child = await p.start()
    expect(await p.found()).toEqual({})
    expect(child.first.resources?.[1]).toEqual(child.first.resources?.[0])
    expect(await child.get('/r')).toMatchObject({ length: 1, outcome: 'miss' })
    await child.get('/big')
    const found = await p.found()
    const ours = Object.entries(found).filter(([path]) => path.includes('/holdfast'))
    expect(Object.keys(found).find((path) => path.endsWith('/cache.db'))).toMatch(
      /^\.cache\/holdfast\/[^/]*a-program-[^/]+\/cache\.db$/,
    )
    expect(ours.filter(([, mode]) => mode.startsWith('f')).length).toBeGreaterThan(1)
    for (const [path, mode] of ours) expect(`${path} ${mode}`).toBe(`${path} ${mode.startsWith('d') ? 'd 700' : 'f 600'}`)
  })

  test('a second run of the same program finds what the first one stored; a program elsewhere does not', async () => {
    await using p = await place()
    await (await p.start()).get('/r')
    expect(await (await p.start()).get('/r')).toMatchObject({ outcome: 'hit', tier: 'sqlite' })
    const elsewhere = await p.project('@scope/a-program')
    expect(await (await p.start({}, { cwd: elsewhere })).get('/r')).toMatchObject({ outcome: 'miss' })
    expect(p.origin.hits('/r')).toBe(2)
  })

  test("XDG_CACHE_HOME names the user's cache folder", async () => {
    await using p = await place()
    await (await p.start({ XDG_CACHE_HOME: join(p.home, 'xdg') })).get('/r')
    expect(Object.keys(await p.found()).filter((path) => path.endsWith('cache.db'))).toEqual([
      expect.stringMatching(/^xdg\/holdfast\//),
    ])
  })

  test('HOLDFAST_DIR names another place', async () => {
    await using p = await place()
    await (await p.start({ HOLDFAST_DIR: join(p.home, 'mine') })).get('/r')
    const found = await p.found()
    expect(Object.keys(found).every((path) => path.startsWith('mine'))).toBe(true)
    expect(Object.keys(found).some((path) => path.endsWith('cache.db'))).toBe(true)
    expect(found.mine).toBe('d 700')
  })

  test.each([[{ HOLDFAST_DIR: '' }], [{ VITEST: 'true' }], [{ NODE_TEST_CONTEXT: 'child-v8' }], [{ JEST_WORKER_ID: '1' }]])(
    'memory only under %o',
    async (env) => {
      await using p = await place()
      const child = await p.start(env as Record<string, string>, { listen: true })
      await child.get('/r')
      expect(await child.get('/r')).toMatchObject({ outcome: 'hit', tier: 'memory', warnings: [] })
      expect(await p.found()).toEqual({})
    },
  )

  test('HOLDFAST_DIR goes before the test runner', async () => {
    await using p = await place()
    await (await p.start({ VITEST: 'true', HOLDFAST_DIR: join(p.home, 'mine') })).get('/r')
    expect(Object.keys(await p.found()).some((path) => path.endsWith('cache.db'))).toBe(true)
  })

  test('where it cannot be written: memory only, one warning that names the place, and the answer all the same', async () => {
    await using p = await place()
    const blocked = join(p.home, 'a-file')
    await writeFile(blocked, 'in the way')
    const child = await p.start({ HOLDFAST_DIR: join(blocked, 'below') }, { listen: true })
    await child.get('/r')
    const { warnings, ...told } = await child.get('/r')
    expect(told).toMatchObject({ outcome: 'hit', tier: 'memory' })
    expect(warnings).toEqual([expect.stringContaining(`${join(blocked, 'below')} cannot be made (ENOTDIR`)])
  })

  test('without a home at all it still answers', async () => {
    await using p = await place()
    const child = await p.start({ HOME: '/nonexistent/home' })
    expect(await child.get('/r')).toMatchObject({ length: 1 })
  })

  test('a program whose working folder was deleted is known by its main file; one that has none keeps to memory', async () => {
    await using p = await place()
    const main = join(await p.project('program'), 'main.mjs')
    const started = async (more: string): Promise<Told> => {
      const leave = `const gone = mkdtempSync('${p.home}/gone-'); process.chdir(gone); rmdirSync(gone); ${more}`
      await writeFile(
        main,
        `import { mkdtempSync, rmdirSync } from 'node:fs'; ${leave}; await import(${JSON.stringify(PROGRAM)})`,
      )
      return (await p.start({}, { cwd: dirname(main) })).get('/r')
    }
    expect(await started('process.argv[1] = undefined')).toMatchObject({ outcome: 'miss', tier: 'memory' })
    expect(await p.found()).toEqual({})
    expect(await started('')).toMatchObject({ outcome: 'miss' })
    expect(Object.keys(await p.found()).some((path) => path.endsWith('cache.db'))).toBe(true)
  })

  test('what is written there can be a database that is none: the answer comes from the origin', async () => {
    await using p = await place()
    await (await p.start({ HOLDFAST_DIR: join(p.home, 'mine') })).get('/r')
    const file = Object.keys(await p.found()).find((path) => path.endsWith('cache.db')) ?? ''
    for (const end of ['-wal', '-shm']) await rm(join(p.home, file + end), { force: true })
    await writeFile(join(p.home, file), 'this is no database, and long enough to be taken for one'.repeat(100))
    const child = await p.start({ HOLDFAST_DIR: join(p.home, 'mine') }, { listen: true })
    expect(await child.get('/r')).toMatchObject({ length: 1, outcome: 'miss', warnings: [expect.stringContaining('cache.db')] })
  })

  test('here, under vitest, it is memory; extend and on do not wake it', async () => {
    await using origin = await startOrigin()
    origin.script('/r', counting({ headers: { 'Cache-Control': 'max-age=600' } }))
    const off = cachedFetch.on('stored', () => {})
    off()
    await (await cachedFetch(origin.url('/r'))).text()
    await (await cachedFetch.extend({ group: 'other' })(origin.url('/r'))).text()
    expect(await (await cachedFetch(origin.url('/r'))).text()).toBe('1')
    expect(origin.hits('/r')).toBe(2)
  })
})
