import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import type { Entry, Store } from '../../../src/index.ts'
import { describeRedis } from '../../adapters/redis/servers.ts'
import { ok } from '../../helpers/origin/index.ts'
import { until } from '../../helpers/redis.ts'
import { inspected } from '../download/given.ts'
import { anInstance } from '../stores/given.ts'
import { another, aPlace, bodyOf, digestOf, judged, PUBLIC, serve } from './given.ts'

// What is stored is asked of a Redis that is frozen, or has not been given yet what was fetched a moment ago.

const LISTS: [string, (far: Store) => Store[]][] = [
  ['redis', (far) => [far]],
  ['memory, redis', (far) => [memory(), far]],
]

/** One of more than 64 KiB is written in several trips. */
const PATHS = ['/b/300/f', '/b/300000/f']

const asked: [string, (entry: Entry) => Promise<unknown>][] = [
  ['versions', (entry) => entry.versions()],
  ['version', (entry) => entry.version('latest')],
  ['policy', (entry) => entry.policy()],
  ['failures', (entry) => entry.failures()],
  ['stats', (entry) => entry.stats()],
]

describeRedis.each(LISTS)('%s', (_, list) => {
  test('frozen: nobody says that there is nothing; thawed: all is there', async () => {
    const place = await aPlace()
    const [path] = PATHS as [string]
    const url = place.origin.url(path)
    serve(place.origin, [path])
    const first = another(place)
    expect(await judged(first(url), path)).toBe('right')
    await first.entry(url).setPolicy({ ttl: '7h' })
    await first.idle()
    const fetch = anInstance({ tiers: list(place.redis()), mode: 'offline' })
    await fetch.cache.ready()
    const entry = fetch.entry(url)
    place.server.freeze()
    for (const [name, ask] of asked)
      await expect(ask(entry), name).rejects.toMatchObject({
        code: 'STORE',
        message: expect.stringMatching(/^redis could not be asked/),
      })
    expect(await entry.explain()).toMatch(/there may be more than is told here: redis\nno version was found/)
    await expect(fetch(url)).rejects.toMatchObject({ code: 'NOT_CACHED' })
    place.server.thaw()
    await until(async () => (await fetch.cache.ready()).tiers.at(-1)?.state === 'closed')
    expect(await entry.versions()).toHaveLength(1)
    expect(await entry.policy()).toEqual({ ttl: '7h' })
    expect(await entry.stats()).toMatchObject({ requests: 1 })
    expect(await judged(fetch(url), path)).toBe('right')
    if (list(place.redis()).length === 1) return
    place.server.freeze()
    expect(await entry.versions()).toHaveLength(1)
    expect(await entry.policy()).toEqual({ ttl: '7h' })
    place.server.thaw()
  })
})

describeRedis.each(PATHS)('Redis alone, %s, straight after its body was read', (path) => {
  test('labelled, pinned, listed, compared; another process sees it', async () => {
    const place = await aPlace()
    const url = place.origin.url(path)
    place.origin.script(path, ok('before', PUBLIC))
    const fetch = anInstance({ tiers: [place.redis()] })
    const entry = fetch.entry(url)
    const answer = await fetch(url)
    await answer.text()
    const before = inspected(answer, 'miss').version.id
    expect(await entry.label('old')).toMatchObject({ id: before })
    serve(place.origin, [path])
    const response = await fetch(url, { cache: 'reload' })
    await digestOf(response)
    const { id } = inspected(response, 'miss').version
    expect(await entry.label('new')).toMatchObject({ id, labels: ['new'], size: bodyOf(path).length })
    await entry.pin()
    expect(await entry.versions()).toMatchObject([
      { id, labels: ['new'], pinned: true },
      { id: before, labels: ['old'] },
    ])
    expect(await entry.diff(before, id)).toMatchObject({ kind: 'bytes' })
    // What was said is there when that resolves.
    expect(await another(place).entry(url).version({ label: 'new' })).toMatchObject({ id, pinned: true })
  })

  test('deleted, it does not come back', async () => {
    const place = await aPlace()
    const url = place.origin.url(path)
    serve(place.origin, [path])
    const fetch = anInstance({ tiers: [place.redis()] })
    await digestOf(await fetch(url))
    await fetch.entry(url).delete()
    await fetch.idle()
    expect(await another(place).entry(url).versions()).toEqual([])
  })
})
