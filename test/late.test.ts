import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createCachedFetch } from '../src/index.ts'
import { AtFirstUse } from '../src/model/at-first-use.ts'
import { startChild } from './helpers/child.ts'
import { ok, startOrigin } from './helpers/origin/index.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const OUTSIDE = 'src/create-outside.ts'

/** Modules of ours that others load late. */
const LATE = globSync('{src,adapters}/**/*.ts', { cwd: ROOT }).flatMap((path) =>
  [...readFileSync(join(ROOT, path), 'utf8').matchAll(/(?<!typeof )import\('(\.[^']+)'\)/g)].map(([, to = '']) =>
    join(path, '..', to),
  ),
)

/** Which of them a new process has loaded that did this. */
async function lateOf(...program: string[]): Promise<string[]> {
  await using child = startChild(join(ROOT, 'test/children/late.ts'), { args: program })
  const loaded = await child.message<string[]>()
  expect(loaded).toContain('src/create.ts')
  return loaded.filter((path) => LATE.includes(path))
}

describe('what is not needed is not loaded', () => {
  test('there is something to load late', () => {
    expect(LATE).toContain(OUTSIDE)
    expect(LATE.length).toBeGreaterThan(4)
  })

  test.each(['makes an instance', 'uses what asks nothing', 'closes what nobody used'])('by who %s', async (program) => {
    expect(await lateOf(program)).toEqual([])
  })

  test('of who asks an origin: what that takes, and no more', async () => {
    await using origin = await startOrigin()
    origin.script('/', ok('here'))
    expect(await lateOf('asks an origin', origin.url('/'))).toEqual([OUTSIDE])
  })
})

describe('a first call, while it is loaded what that takes', () => {
  test('who asks the same meanwhile goes along', async () => {
    await using origin = await startOrigin()
    origin.script('/', ok('here', { etag: '"1"' }))
    await using fetch = createCachedFetch({ tiers: [] })
    const both = await Promise.all([fetch(origin.url('/')), fetch(new URL(origin.url('/')))])
    expect(await Promise.all(both.map((response) => response.text()))).toEqual(['here', 'here'])
    expect(origin.requests('/')).toHaveLength(1)
  })

  test('who leaves gets its reason, and nothing is asked', async () => {
    await using origin = await startOrigin()
    origin.script('/', ok('here'))
    await using fetch = createCachedFetch({ tiers: [] })
    const leaving = new AbortController()
    const asked = fetch(origin.url('/'), { signal: leaving.signal })
    leaving.abort(new Error('gone'))
    await expect(asked).rejects.toThrow('gone')
    await fetch.idle()
    expect(origin.requests('/')).toEqual([])
  })

  test('closed: CLOSED, and nothing is asked', async () => {
    await using origin = await startOrigin()
    origin.script('/', ok('here'))
    const fetch = createCachedFetch({ tiers: [] })
    const asked = fetch(origin.url('/'))
    const [ended] = await Promise.allSettled([asked, fetch.close()])
    expect(ended).toMatchObject({ status: 'rejected', reason: { code: 'CLOSED' } })
    expect(origin.requests('/')).toEqual([])
  })
})

describe('at first use', () => {
  test('is loaded once, and at hand from then on', async () => {
    let loads = 0
    const late = new AtFirstUse(async () => ({ n: ++loads }))
    expect([late.here, late.begun]).toEqual([undefined, undefined])
    const [one, other] = await Promise.all([late.use(async ({ n }) => n), late.get()])
    expect([one, other.n, late.here?.n, loads]).toEqual([1, 1, 1, 1])
    let isUsed = false
    void late.use(async () => {
      isUsed = true
    })
    expect(isUsed).toBe(true)
  })

  test('is tried again where it could not be loaded', async () => {
    let tries = 0
    const late = new AtFirstUse(async () => {
      if (++tries === 1) throw new Error('EMFILE')
      return { tries }
    })
    await expect(late.get()).rejects.toThrow('EMFILE')
    expect((await late.get()).tries).toBe(2)
  })
})
