import { createHash } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect as print } from 'node:util'
import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { inspect, type Store } from '../../../src/index.ts'
import { inOrder, ok, redirect, status } from '../../helpers/origin/index.ts'
import { bench, die, failureOf, record } from './kit.ts'

/** A17, A07: a secret that goes out in a header is in no event, error, key, file or file name. */
const NAMES = ['Authorization', 'Cookie', 'Proxy-Authorization', 'X-API-Key', 'X-Auth-Token', 'Private-Token', 'X-Tenant']
const headers = Object.fromEntries(NAMES.map((name) => [name, `canary-${name.toLowerCase()}-4711`]))
const credentialHeaders = NAMES
/** In plain, base64 or hex, and the bare digest, which anybody can look up. */
const traces = Object.values(headers).flatMap((secret) => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
  createHash('sha256').update(secret).digest('hex'),
  createHash('sha256').update(secret).digest('base64url'),
])

function expectClean(text: string): void {
  for (const trace of traces) expect(text).not.toContain(trace)
}

/** A store that notes every key that it is handed. Without live records, so that everything passes as bytes. */
function spied(): { store: Store; keys: Set<string> } {
  const inner = memory()
  const keys = new Set<string>()
  const note = (...many: readonly string[]): void => {
    for (const key of many) keys.add(key)
  }
  const store: Store = {
    name: 'spied',
    durable: false,
    shared: false,
    remote: false,
    get(key) {
      note(key)
      return inner.get(key)
    },
    getMany(many) {
      note(...many)
      return inner.getMany(many)
    },
    set(key, ...rest) {
      note(key)
      return inner.set(key, ...rest)
    },
    setMany(entries, ...rest) {
      note(...entries.map(({ key }) => key))
      return inner.setMany(entries, ...rest)
    },
    delete(many, ...rest) {
      note(...many)
      return inner.delete(many, ...rest)
    },
    keys: (...args) => inner.keys(...args),
    close: () => inner.close(),
  }
  return { store, keys }
}

describe('canary secrets', () => {
  test('are in no event, on no channel, in no inspection and in no error', async () => {
    await using b = await bench(
      { '/r': inOrder(ok('a'), ok('b'), status(503)), '/away': redirect('/r'), '/dead': (e) => e.destroy() },
      { credentialHeaders },
    )
    const seen = record(b.fetch)
    const channels = ['lookup', 'verdict', 'attempt', 'stored', 'fallback', 'warning', 'refresh-failed'].map(
      (name) => `holdfast:${name}`,
    )
    const published: unknown[] = []
    const listen = (message: unknown): void => void published.push(message)
    for (const channel of channels) subscribe(channel, listen)
    const inspections: unknown[] = []
    for (const path of ['/r', '/away', '/r', '/away']) {
      const response = await b.fetch(b.origin.url(path), { headers })
      await response.text()
      inspections.push(inspect(response), [...response.headers])
    }
    const errors = [await failureOf(b.fetch(b.origin.url('/dead'), { headers }))]
    await die(b.origin)
    errors.push(
      await failureOf(b.fetch(b.origin.url('/other'), { headers })),
      await failureOf(b.fetch(b.origin.url('/other'), { method: 'POST', headers })),
    )
    for (const channel of channels) unsubscribe(channel, listen)
    expect(seen.length).toBeGreaterThan(10)
    expect(published.length).toBeGreaterThan(10)
    expect(errors).toHaveLength(3)
    for (const one of [seen, published, inspections, errors]) expectClean(print(one, { depth: 20, showHidden: true }))
  })

  test('are in no key that a store is handed, plain or as a bare digest', async () => {
    const { store, keys } = spied()
    await using b = await bench({ '/r': ok('a') })
    const fetch = b.open({ tiers: [store], credentialHeaders })
    await (await fetch(b.origin.url('/r'), { headers })).text()
    await (await fetch(b.origin.url('/r'), { headers: { Authorization: headers.Authorization ?? '' } })).text()
    await fetch.idle()
    expect(keys.size).toBeGreaterThan(0)
    const text = [...keys].join('\n')
    expectClean(text)
  })

  test('are in no file of the SQLite store, and in no name of one', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'holdfast-door-'))
    try {
      await using b = await bench({
        '/r': ok('stored text', { headers: { 'Cache-Control': 'max-age=600' } }),
        '/big': ok(Buffer.alloc(2 * 1024 * 1024, 'b')),
      })
      const fetch = b.open({ tiers: [sqlite(join(dir, 'cache.db'))], credentialHeaders })
      for (const path of ['/r', '/big']) await (await fetch(b.origin.url(path), { headers })).text()
      await fetch.close()
      const files = await readdir(dir, { recursive: true, withFileTypes: true })
      const texts = await Promise.all(
        files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
      )
      expect(texts.join()).toContain('stored text')
      expectClean(texts.join('\n'))
      expectClean(files.map(({ name }) => name).join('\n'))
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  })

  test('several Set-Cookie reach the caller that fetched, each by itself, and no other', async () => {
    const set = ['a=1; Path=/', 'b=2, with a comma', 'a=3']
    await using b = await bench({ '/r': ok('c', { headers: { 'Set-Cookie': set } }) }, { ttl: '1h' })
    const first = await b.fetch(b.origin.url('/r'))
    const clone = first.clone()
    const second = await b.fetch(b.origin.url('/r'))
    expect([first, clone, second].map(({ headers }) => headers.getSetCookie())).toEqual([set, set, []])
    expect(inspect(second)).toMatchObject({ outcome: 'hit' })
  })

  test('one that was kept under standard is replayed to nobody who asks under the default', async () => {
    await using b = await bench({ '/r': ok('c', { headers: { 'Set-Cookie': 'a=1', 'Cache-Control': 'max-age=600' } }) })
    const standard = b.fetch.extend({ respect: 'standard' })
    const cookies = async (fetch: typeof standard): Promise<string[]> => (await fetch(b.origin.url('/r'))).headers.getSetCookie()
    expect([await cookies(standard), await cookies(standard)]).toEqual([['a=1'], ['a=1']])
    expect([await cookies(b.fetch), b.origin.hits()]).toEqual([[], 1])
  })

  test('Set-Cookie of the answer is kept in no store', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'holdfast-door-'))
    try {
      await using b = await bench({
        '/r': ok('a', { headers: { 'Cache-Control': 'max-age=600', 'Set-Cookie': 'session=canary-of-the-answer' } }),
      })
      const fetch = b.open({ tiers: [sqlite(join(dir, 'cache.db'))] })
      expect((await fetch(b.origin.url('/r'))).headers.getSetCookie()).toHaveLength(1)
      await fetch.close()
      const texts = await Promise.all(
        (await readdir(dir))
          .filter((name) => name.startsWith('cache.db'))
          .map((name) => readFile(join(dir, name), 'latin1').catch(() => '')),
      )
      expect(texts.join().length).toBeGreaterThan(1000)
      expect(texts.join()).not.toContain('canary')
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  })

  test('user and password of a URL reach no event', async () => {
    await using b = await bench()
    const seen = record(b.fetch)
    await failureOf(b.fetch('http://canary-user:canary-pass@127.0.0.1/'))
    expect(print(seen, { depth: 20 })).not.toContain('canary')
  })
})
