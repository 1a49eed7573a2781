import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import type { Entry } from '../../../src/index.ts'
import { got } from './given.ts'
import { begun, silences, TEXT } from './unheard.kit.ts'

// Where a tier cannot be asked, nobody says that there is nothing: what does nothing does not resolve.

/** What is said of a version, each in its own way. */
const remarks: [string, (entry: Entry, id: string) => Promise<unknown>][] = [
  ['label', (entry) => entry.label('mine')],
  ['label of an id', (entry, version) => entry.label('mine', { version })],
  ['unlabel', (entry) => entry.unlabel('mine')],
  ['pin', (entry) => entry.pin()],
  ['unpin', (entry, version) => entry.unpin({ version })],
  ['diff', (entry, id) => entry.diff(id, id)],
]

test.each(silences)('a lone tier that %s: a deletion rejects, each time, and is done when it answers', async (_, fault) => {
  await using g = await begun()
  g.far.chaos.use([fault])
  for (let n = 0; n < 5; n += 1) {
    const error = { code: 'STORE', message: expect.stringMatching(/^far could not be asked.*anything to delete\. Try again/) }
    await expect(g.done(g.entry.delete())).rejects.toMatchObject(error)
  }
  await g.heals()
  expect(await g.there.versions()).toHaveLength(1)
  await g.done(g.entry.delete())
  expect(await g.there.versions()).toEqual([])
})

test.each(silences.flatMap(([how, fault]) => remarks.map(([name, say]) => ({ how, fault, name, say }))))(
  'a lone tier that $how: $name rejects with STORE',
  async ({ fault, say }) => {
    await using g = await begun()
    g.far.chaos.use([fault])
    for (let n = 0; n < 5; n += 1) {
      const error = { code: 'STORE', message: expect.stringMatching(/^far could not be asked.*such a version\. Try again/) }
      await expect(g.done(say(g.entry, g.id))).rejects.toMatchObject(error)
    }
    await g.heals()
    await g.done(say(g.entry, g.id))
  },
)

test.each(silences)('memory before a tier that %s has it: all is done, and the tier is brought it', async (_, fault) => {
  await using g = await begun({ before: [memory()] })
  expect(await got(await g.fetch(g.url))).toBe(`${TEXT} (hit)`)
  g.far.chaos.use([fault])
  expect((await g.done(g.entry.label('mine'))).labels).toContain('mine')
  await g.heals()
  expect(await g.there.versions()).toMatchObject([{ labels: ['mine'] }])
  g.far.chaos.use([fault])
  await g.done(g.entry.delete())
  await g.heals()
  expect(await g.there.versions()).toEqual([])
})

test.each(silences)('memory knows the entry, and only the tier that %s has the body', async (_, fault) => {
  await using g = await begun({ before: [memory({ maxEntryBytes: '4KB' })] })
  expect((await g.done(g.entry.label('before'))).labels).toContain('before')
  g.far.chaos.use([fault])
  await expect(g.done(g.entry.label('mine'))).rejects.toMatchObject({ code: 'STORE' })
  await g.done(g.entry.delete())
  await g.heals()
  expect(await g.there.versions()).toEqual([])
})

test.each(silences)(
  'what is known without the tier that %s is a policy: that is nothing that stands for all there is',
  async (_, fault) => {
    await using g = await begun()
    g.far.chaos.use([fault])
    await g.done(g.entry.setPolicy({ ttl: '3h' }))
    await expect(g.done(g.entry.delete())).rejects.toMatchObject({ code: 'STORE' })
    await g.heals()
    expect(await g.there.versions()).toHaveLength(1)
    await g.done(g.entry.delete())
    expect(await g.there.versions()).toEqual([])
    expect(await g.there.policy()).toEqual({})
  },
)

test('nothing anywhere, and all answer: a deletion resolves, and there is no version', async () => {
  await using g = await begun({ path: '/nothing', before: [memory()] })
  await g.entry.delete()
  for (const [name, say] of remarks) await expect(say(g.entry, g.id), name).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' })
})

test('one read that failed before says nothing of the next', async () => {
  await using g = await begun({ path: '/nothing' })
  g.far.chaos.use([{ do: 'throw', on: ['get', 'getMany'], call: 1 }])
  await expect(g.entry.delete()).rejects.toMatchObject({ code: 'STORE' })
  await g.entry.delete()
  await expect(g.entry.label('mine')).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' })
})
