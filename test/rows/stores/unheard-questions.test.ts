import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import type { CachedFetch } from '../../../src/index.ts'
import { got } from './given.ts'
import { begun, silences, TEXT } from './unheard.kit.ts'

// Where a tier cannot be asked, nobody says that there is nothing: who asks what is stored is told that nobody knows.

const doubleOf = (fetch: CachedFetch) => fetch.buffered(async (n: number) => n * 2, { name: 'double', ttl: '1h' })

/** Something to be found by each question. */
async function filled(options?: Parameters<typeof begun>[0]) {
  const g = await begun(options)
  await g.there.label('mine')
  await g.there.setPolicy({ ttl: '7h' })
  await doubleOf(g.elsewhere).cache.set([4], 9)
  await g.done(g.elsewhere.idle())
  return { ...g, double: doubleOf(g.fetch) }
}

type Given = Awaited<ReturnType<typeof filled>>

/** What is asked, and what a tier that answers has. */
const questions: [string, (g: Given) => Promise<unknown>, unknown][] = [
  ['versions', (g) => g.entry.versions(), [{ labels: ['mine'] }]],
  ['versions with a label', (g) => g.entry.versions({ label: 'mine', limit: 0 }), [{ labels: ['mine'] }]],
  ['version by its id', (g) => g.entry.version(g.id), { labels: ['mine'] }],
  ['the latest version', (g) => g.entry.version('latest'), { labels: ['mine'] }],
  ['version by its label', (g) => g.entry.version({ label: 'mine' }), { labels: ['mine'] }],
  ['policy', (g) => g.entry.policy(), { ttl: '7h' }],
  ['failures', (g) => g.entry.failures(), [expect.arrayContaining([expect.objectContaining({ status: 503 })])]],
  ['stats', (g) => g.entry.stats(), { requests: 2, fallbacks: 1 }],
  ['peek of a function', async (g) => ({ peeked: await g.double.cache.peek(4) }), { peeked: 9 }],
  ['versions of a result', (g) => g.double.cache.entry(4).versions(), [{ labels: [] }]],
]

const STORE = { code: 'STORE', message: expect.stringMatching(/^far could not be asked, so nobody can say whether .* Try again/) }

test.each(silences.flatMap(([how, fault]) => questions.map(([name, ask, found]) => ({ how, fault, name, ask, found }))))(
  'a lone tier that $how: $name rejects with STORE, each time, and is answered when the tier answers',
  async ({ fault, ask, found }) => {
    await using g = await filled()
    g.far.chaos.use([fault])
    for (let n = 0; n < 5; n += 1) await expect(g.done(ask(g))).rejects.toMatchObject(STORE)
    await g.heals()
    expect(await g.done(ask(g))).toMatchObject(found as object)
  },
)

test('nothing anywhere, and all answer: nothing it is, whatever failed before', async () => {
  await using g = await begun({ path: '/nothing', before: [memory()] })
  g.far.chaos.use([{ do: 'throw', on: ['get', 'getMany'], call: 1 }])
  await expect(g.entry.versions()).rejects.toMatchObject(STORE)
  expect(await g.entry.versions()).toEqual([])
  expect(await g.entry.version('latest')).toBe(undefined)
  expect(await g.entry.policy()).toEqual({})
  expect(await g.entry.failures()).toEqual([])
  expect(await g.entry.stats()).toMatchObject({ requests: 0 })
  expect(await doubleOf(g.fetch).cache.peek(4)).toBe(undefined)
  expect(await g.entry.explain()).toMatch(/tiers asked in order: memory, far\nno version is stored\n/)
})

test.each(silences)('memory before a tier that %s has it: what is found is given', async (_, fault) => {
  await using g = await filled({ before: [memory()] })
  expect(await got(await g.fetch(g.url))).toBe(`${TEXT} (hit)`)
  expect(await g.double.cache.peek(4)).toBe(9)
  g.far.chaos.use([fault])
  for (const [name, ask, found] of questions)
    if (name !== 'stats') expect(await g.done(ask(g)), name).toMatchObject(found as object)
  // Memory keeps no counts: those of this process alone would look like all of them.
  await expect(g.done(g.entry.stats())).rejects.toMatchObject(STORE)
})

test.each(silences)('memory knows the entry, and what is asked for stands only in the tier that %s', async (_, fault) => {
  await using g = await begun({ before: [memory({ maxEntryBytes: '4KB' })] })
  await got(await g.fetch(g.url))
  await g.there.setPolicy({ ttl: '7h' })
  g.far.chaos.use([fault])
  for (const ask of [g.entry.versions, () => g.entry.version('latest'), g.entry.policy])
    await expect(g.done<unknown>(ask())).rejects.toMatchObject(STORE)
  expect(await g.done(g.entry.failures())).toHaveLength(1)
})

test.each(silences)('one of two versions is in memory, the other in a tier that %s: no list without it', async (_, fault) => {
  await using g = await begun({ before: [memory()] })
  const { id } = await g.elsewhere.put(g.url, new Response('newer'))
  expect((await g.there.versions()).map((version) => version.id)).toEqual([id, g.id])
  await got(await g.fetch(g.url))
  g.far.chaos.use([fault])
  expect(await g.done(g.entry.version(id))).toMatchObject({ id })
  await expect(g.done(g.entry.version(g.id))).rejects.toMatchObject(STORE)
  await expect(g.done(g.entry.versions())).rejects.toMatchObject(STORE)
  expect(await g.done(g.entry.versions({ limit: 1 }))).toMatchObject([{ id }])
  await g.heals()
  expect(await g.entry.versions()).toHaveLength(2)
})

test.each(silences)('explain tells of a tier that %s, and what it does know', async (_, fault) => {
  await using g = await filled({ before: [memory()] })
  g.far.chaos.use([fault])
  const silent = 'could not be asked, so there may be more than is told here: far'
  expect(await g.done(g.entry.explain())).toContain(`tiers asked in order: memory, far\n${silent}\nno version was found\n`)
  await g.heals()
  await got(await g.fetch(g.url))
  expect(await g.done(g.entry.explain())).not.toContain('could not be asked')
  g.far.chaos.use([fault])
  expect(await g.done(g.entry.explain())).toMatch(new RegExp(`${silent}\n.*\n1 stored, newest first:\n  ${g.id}`))
})

test.each(silences)(
  'a tier that %s: a policy is set, known here at once, and there when it answers; a call finds nothing',
  async (_, fault) => {
    await using g = await begun()
    g.far.chaos.use([fault])
    await expect(g.done(g.entry.policy())).rejects.toMatchObject(STORE)
    await g.done(g.entry.setPolicy({ ttl: '3h' }))
    expect(await g.done(g.entry.policy())).toEqual({ ttl: '3h' })
    await expect(g.done(g.fetch(g.url))).rejects.toMatchObject({ code: 'NOT_CACHED' })
    expect(await g.done(g.fetch.cache.has(g.url))).toBe(false)
    await g.heals()
    expect(await g.there.policy()).toEqual({ ttl: '3h' })
  },
)
