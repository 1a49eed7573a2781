import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redis } from '../../../adapters/stores/redis.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { CachedFetch, Store } from '../../../src/index.ts'
import { type Child, startChild } from '../../helpers/child.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { gate, gatedBody, ok } from '../../helpers/origin/index.ts'
import { hasRedis, startRedis, until } from '../../helpers/redis.ts'
import { anInstance, anOrigin } from '../stores/given.ts'
import type { Order } from './children/worker.ts'
import { PUBLIC } from './given.ts'

// Several processes over one store and nothing else between them: one download, nothing lost, nobody stuck (S01, S02).
interface Answer {
  digest?: string
  outcome?: string
  error?: string
}

interface Shared {
  /** What a process is started with. */
  readonly args: readonly string[]
  /** The same store in this process. */
  open(): Store
  end(): Promise<void>
}

async function overRedis(): Promise<Shared> {
  const server = await startRedis()
  return { args: ['redis', server.url], open: () => redis(server.url), end: async () => server[Symbol.asyncDispose]() }
}

async function overSqlite(): Promise<Shared> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-rows-'))
  const file = join(dir, 'cache.db')
  return { args: ['sqlite', file], open: () => sqlite(file), end: async () => rmSync(dir, { recursive: true, force: true }) }
}

const WORKER = new URL('./children/worker.ts', import.meta.url)

const tell = (child: Child, order: Order): void => child.send(order)
const answers = (children: readonly Child[]): Promise<Answer[]> => Promise.all(children.map((child) => child.message<Answer>()))

describe.skipIf(!hasRedis())('8 processes over one Redis', () => {
  rows(overRedis)
})
describe('8 processes over one SQLite file', () => {
  rows(overSqlite)
})

function rows(place: () => Promise<Shared>): void {
  let shared: Shared
  let children: Child[] = []

  beforeAll(async () => {
    shared = await place()
    children = Array.from({ length: 8 }, () => startChild(WORKER, { args: shared.args }))
    for (const child of children) expect(await child.message<string>()).toBe('ready')
  })

  afterAll(async () => {
    await Promise.all(children.map((child) => child[Symbol.asyncDispose]()))
    await shared.end()
  })

  const reader = (): CachedFetch => anInstance({ tiers: [shared.open()], mode: 'offline', storeTimeout: '5s' })

  test('all ask for one URL at once: one download, all right', async () => {
    const [origin, body] = [await anOrigin(), pseudoRandom(3_000_000, 'one')]
    const held = gate(ok(body, PUBLIC))
    origin.script('/f', held)
    for (const child of children) tell(child, { do: 'fetch', url: origin.url('/f') })
    await held.arrived
    held.release()
    const said = await answers(children)
    expect(said.map(({ digest }) => digest)).toEqual(said.map(() => sha256(body)))
    expect(origin.hits('/f')).toBe(1)
  })

  test('1,200 writes in all: what was acknowledged is there', async () => {
    const origin = await anOrigin()
    const urls = children.map((_, n) => Array.from({ length: 150 }, (_, nth) => origin.url(`/put/${n}/${nth}`)))
    for (const [n, child] of children.entries()) tell(child, { do: 'put', urls: urls[n] ?? [] })
    expect(await answers(children)).toEqual(children.map(() => 150))
    const fetch = reader()
    const texts = await Promise.all(urls.flat().map(async (url) => (await fetch(url)).text()))
    expect(texts).toEqual(urls.flat().map((url) => `the body of ${url}`))
  })

  test('labels of all on one version: none is lost', async () => {
    const url = (await anOrigin()).url('/labelled')
    const [first] = children as [Child]
    tell(first, { do: 'put', urls: [url] })
    await first.message()
    const labels = children.map((_, n) => Array.from({ length: 12 }, (_, nth) => `l-${n}-${nth}`))
    for (const [n, child] of children.entries()) tell(child, { do: 'label', url, labels: labels[n] ?? [] })
    expect(await answers(children)).toEqual(children.map(() => 12))
    const [version] = await reader().entry(url).versions()
    expect([...(version?.labels ?? [])].toSorted()).toEqual(labels.flat().toSorted())
  })

  test.each(['SIGSTOP', 'SIGKILL'] as const)(
    '%s of the one that downloads: another takes over, and a late writer changes nothing',
    async (signal) => {
      const [origin, body] = [await anOrigin(), pseudoRandom(2_500_000, signal)]
      const etag = { ...PUBLIC, etag: '"1"' }
      const middle = gatedBody(body, 1_500_000, etag)
      origin.script('/f', middle, ok(body, { ...etag, ranges: true }))
      const [holder, other] = children as [Child, Child]
      tell(holder, { do: 'fetch', url: origin.url('/f') })
      await middle.arrived
      holder.kill(signal)
      tell(other, { do: 'fetch', url: origin.url('/f') })
      expect(await other.message<Answer>()).toEqual({ digest: sha256(body), outcome: 'miss' })
      expect(origin.hits('/f')).toBe(2)
      if (signal === 'SIGSTOP') {
        middle.release()
        holder.kill('SIGCONT')
        expect(await holder.message<Answer>(), 'it has the same bytes').toMatchObject({ digest: sha256(body) })
      }
      const fetch = reader()
      // Over a network it is written behind the answer.
      await until(() => fetch.cache.has(origin.url('/f')))
      expect(sha256(new Uint8Array(await (await fetch(origin.url('/f'))).arrayBuffer()))).toBe(sha256(body))
      expect(new Set((await fetch.entry(origin.url('/f')).versions()).map(({ digest }) => digest)).size).toBe(1)
    },
  )
}
