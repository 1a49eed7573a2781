import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { CachedFetch, Options } from '../../../src/index.ts'
import { pseudoRandomSource, sha256, sha256OfSource } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { type Given, given } from './given.ts'
import { alive } from './weight.ts'

// C05: a Response whose body nobody reads holds neither a connection nor its bytes.
const MIB = 1024 * 1024
const SIZE = 20 * MIB
const sourceOf = (n: number) => pseudoRandomSource(SIZE, `unread ${n}`)

async function ask(g: Given, count: number, init: Parameters<CachedFetch>[1]): Promise<Response[]> {
  const responses: Response[] = []
  for (let n = 0; n < count; n += 1) {
    g.origin.script(`/${n}`, ok(sourceOf(n), { etag: `"${n}"`, ranges: true }))
    responses.push(await g.fetch(g.origin.url(`/${n}`), init))
  }
  await g.fetch.idle()
  // The origin learns of the end of an answer a little later than its client.
  for (let n = 0; n < 100 && g.origin.inFlight > 0; n += 1) await rounds()
  return responses
}

const inSqlite = (): Options => ({ tiers: [sqlite(':memory:')] })
const inNothing = (): Options => ({ tiers: [memory()] })

interface Unread {
  readonly name: string
  readonly count: number
  readonly options: () => Options
  readonly delivery: 'whole' | 'streaming'
}

const rows: Unread[] = [
  { name: 'whole, over sqlite', count: 50, options: inSqlite, delivery: 'whole' },
  { name: 'streaming, over sqlite', count: 15, options: inSqlite, delivery: 'streaming' },
  { name: 'whole, over a memory that takes none of them', count: 5, options: inNothing, delivery: 'whole' },
  { name: 'streaming, over a memory that takes none of them', count: 5, options: inNothing, delivery: 'streaming' },
]

test.each(rows)('$count x 20 MB, kept and never read, $name', async ({ name, count, options, delivery }) => {
  await using g = await given({ ...options(), ttl: '1h' })
  const before = await alive()
  const responses = await ask(g, count, { holdfast: { delivery } })
  const grown = (await alive()) - before
  console.info(`C05, ${name}: ${grown.toFixed(0)} MiB for ${count} unread bodies, ${g.origin.openConnections} connections`)
  expect(g.origin.inFlight).toBe(0)
  // Idle ones that are kept for the next call: not one for each Response.
  expect(g.origin.openConnections).toBeLessThanOrEqual(6)
  expect(grown).toBeLessThan(16 + count)
  const last = await responses.at(-1)?.bytes()
  expect(sha256(last ?? new Uint8Array(0))).toBe(sha256OfSource(sourceOf(count - 1)))
})

describe.each(['whole', 'streaming'] as const)('delivery: %s', (delivery) => {
  test('dropped at once, the body is in the store all the same', async () => {
    await using g = await given({ ...inSqlite(), ttl: '1h' })
    await ask(g, 1, { holdfast: { delivery } })
    const again = await g.fetch(g.origin.url('/0'))
    expect(sha256(await again.bytes())).toBe(sha256OfSource(sourceOf(0)))
    expect(g.origin.hits()).toBe(1)
  })

  test('dropped, they leave memory no larger than the tier', async () => {
    await using g = await given({ tiers: [memory({ maxBytes: '64MB', maxEntryBytes: '32MB' })], ttl: '1h' })
    const before = await alive()
    await ask(g, 6, { holdfast: { delivery } }).then(({ length }) => length)
    expect((await alive()) - before).toBeLessThan(80)
  })

  test('cancelled at once, they hold no connection', async () => {
    await using g = await given({ ...inSqlite(), ttl: '1h' })
    const responses = await ask(g, 2, { holdfast: { delivery } })
    for (const response of responses) await response.body?.cancel()
    expect(g.origin.inFlight).toBe(0)
    expect(g.origin.openConnections).toBeLessThanOrEqual(6)
  })
})

test('error pages, what may not be stored, and what passes through: cancelled, they hold no connection', async () => {
  await using g = await given({ ...inSqlite(), ttl: 'http', retry: false })
  const page = pseudoRandomSource(12 * MIB, 'page')
  g.origin.script('/page', ok(page, { status: 500 }))
  g.origin.script('/secret', ok(page, { headers: { 'Cache-Control': 'no-store' } }))
  g.origin.script('/post', ok(page))
  const inits: [string, RequestInit][] = [
    ['/page', {}],
    ['/secret', {}],
    ['/post', { method: 'POST', body: 'x' }],
  ]
  for (const [path, init] of inits) {
    for (let n = 0; n < 3; n += 1) await (await g.fetch(g.origin.url(path), init)).body?.cancel()
  }
  await g.fetch.idle()
  for (let n = 0; n < 100 && g.origin.inFlight > 0; n += 1) await rounds()
  expect(g.origin.inFlight).toBe(0)
})
