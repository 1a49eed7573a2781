import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keyv } from 'keyv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keyv } from '../../../adapters/stores/keyv.ts'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { inspect, type Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { chunked, closeDelimited, gate, gz, inOrder, ok, reflect, type Step } from '../../helpers/origin/index.ts'
import { bench, outcomeOf, textOf } from './kit.ts'

let dir = ''
let files = 0
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'holdfast-door-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const stores: [string, () => (Store | object)[]][] = [
  ['memory', () => [memory()]],
  ['sqlite', () => [sqlite(join(dir, `${files++}.db`))]],
  ['memory before sqlite', () => [memory(), sqlite(join(dir, `${files++}.db`))]],
  ['keyv', () => [keyv(new Keyv())]],
  ['a bare Keyv', () => [new Keyv()]],
]
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, n) => n))
const text = { headers: { 'Content-Type': 'text/plain', 'Cache-Control': 'max-age=600' } }
const bodies: [string, Buffer][] = [
  ['every byte there is, as text/plain', everyByte],
  ['Latin-1 with odd line ends', Buffer.from('Stra\xdfe\r\r\n\n\0end', 'latin1')],
  ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x61])],
  ['nothing', Buffer.alloc(0)],
  ['one byte below the inline limit', pseudoRandom(64 * 1024 - 1)],
  ['one byte above it', pseudoRandom(64 * 1024 + 1)],
  ['a chunk and a byte', pseudoRandom(1024 * 1024 + 1)],
]
const roads: [string, (body: Buffer) => Step][] = [
  ['plain', (body) => ok(body, text)],
  ['gzip', (body) => gz(body, text)],
  ['chunked', (body) => chunked(body, text)],
  ['to the end of the connection', (body) => closeDelimited(body, text)],
]

describe('bodies are bytes through every store and road (B155, B46)', () => {
  test.each(stores)('%s', async (_, tiers) => {
    for (const [what, body] of bodies) {
      for (const [how, step] of roads) {
        await using b = await bench({ '/r': step(body) }, { tiers: tiers() })
        for (const outcome of ['miss', 'hit']) {
          const response = await b.fetch(b.origin.url('/r'))
          expect(sha256(await response.bytes()), `${what}, ${how}`).toBe(sha256(body))
          expect(inspect(response), `${what}, ${how}`).toMatchObject({
            outcome,
            version: { digest: sha256(body), size: body.length },
          })
        }
      }
    }
  })
})

describe('C05: a body that is never read', () => {
  test('the store has it all the same, and the socket is free again', async () => {
    const body = pseudoRandom(2 * 1024 * 1024)
    await using b = await bench({ '/r': ok(body, text) }, { tiers: [sqlite(join(dir, 'unread.db'))], limits: { concurrency: 1 } })
    for (let n = 0; n < 8; n++) await b.fetch(b.origin.url(`/r?${n}`))
    for (let n = 0; n < 8; n++) expect(await outcomeOf(b.fetch(b.origin.url(`/r?${n}`)))).toBe('hit')
    expect(b.origin.hits('/r')).toBe(8)
  })

  test('one that is cancelled half way harms nobody', async () => {
    const body = pseudoRandom(2 * 1024 * 1024)
    await using b = await bench({ '/r': ok(body, text) }, { tiers: [sqlite(join(dir, 'cancelled.db'))] })
    const [one, two] = [await b.fetch(b.origin.url('/r')), await b.fetch(b.origin.url('/r'))]
    const reader = one.body?.getReader()
    await reader?.read()
    await reader?.cancel('enough')
    expect(sha256(await two.bytes())).toBe(sha256(body))
  })
})

describe('C08: what a caller changes, nobody else sees', () => {
  test('headers and bytes of a response', async () => {
    await using b = await bench({ '/r': ok('abc', text) })
    const first = await b.fetch(b.origin.url('/r'))
    const bytes = await first.bytes()
    bytes.fill(0)
    first.headers.set('content-type', 'changed/by-me')
    first.headers.delete('cache-control')
    const second = await b.fetch(b.origin.url('/r'))
    expect([await second.text(), second.headers.get('content-type'), second.headers.get('cache-control')]).toEqual([
      'abc',
      'text/plain',
      'max-age=600',
    ])
  })

  test('bytes of a stream, shared by no other reader', async () => {
    await using b = await bench({ '/r': ok(pseudoRandom(300_000), text) })
    const digest = async (spoil: number): Promise<string> => {
      const pieces: Buffer[] = []
      for await (const piece of (await b.fetch(b.origin.url('/r'))).body ?? []) {
        pieces.push(Buffer.from(piece))
        piece.fill(spoil)
      }
      return sha256(Buffer.concat(pieces))
    }
    expect([await digest(0), await digest(1), await digest(2)]).toEqual(Array(3).fill(sha256(pseudoRandom(300_000))))
  })

  test('two callers of one flight have a Response each', async () => {
    const waiting = gate(ok('abc', text))
    await using b = await bench({ '/r': waiting })
    const both = [b.fetch(b.origin.url('/r')), b.fetch(b.origin.url('/r'))]
    await waiting.arrived
    waiting.release()
    const [one, two] = await Promise.all(both)
    one?.headers.set('x', 'y')
    expect(one).not.toBe(two)
    expect([await one?.text(), await two?.text(), two?.headers.get('x')]).toEqual(['abc', 'abc', null])
  })

  test('Headers, init and options after the call', async () => {
    const waiting = gate(reflect(text))
    await using b = await bench({ '/r': inOrder(waiting) }, { ttl: '1m' })
    const init = { headers: new Headers({ 'X-A': 'before' }), holdfast: { group: 'before' } }
    const answer = textOf(b.fetch(b.origin.url('/r'), init))
    init.headers.set('X-A', 'after')
    init.holdfast.group = 'after'
    await waiting.arrived
    waiting.release()
    expect(JSON.parse(await answer)).toMatchObject({ headers: { 'x-a': 'before' } })
    const has = (group: string): Promise<boolean> => b.fetch.cache.has(b.origin.url('/r'), { holdfast: { group } } as RequestInit)
    expect([await has('before'), await has('after')]).toEqual([true, false])
  })

  test('options of the instance after it was made', async () => {
    await using b = await bench({ '/r': ok('a') })
    const rules = [{ match: '/r', ttl: '1h' }]
    const fallback = { after: '1s' }
    const fetch = b.open({ rules, fallback })
    rules.length = 0
    fallback.after = 'nonsense'
    await textOf(fetch(b.origin.url('/r')))
    expect(await outcomeOf(fetch(b.origin.url('/r')))).toBe('hit')
  })
})
