import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import type { Store } from '../../../src/index.ts'
import { type Fields, gate, notModified, ok, status } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { type Given, given, inspected, seen } from './given.ts'
import { lives, living, OLD, storeOld } from './stored.ts'

// H07, H13, H14, H15: answers that are none, hosts by all their names, and versions that go and come back.
describe('H13: one limiter for a host, however it is written', () => {
  test('case, dot, port', async () => {
    await using g = await given({ limits: { concurrency: 1 } })
    const late = gate(ok('fine'))
    g.origin.script('/f', late)
    const { port } = g.origin
    const spellings = [
      `http://localhost:${port}`,
      `http://LOCALHOST:${port}`,
      `http://localhost.:${port}`,
      `HTTP://LocalHost:${port}`,
    ]
    const calls = spellings.map((base, n) => seen(g.fetch(`${base}/f?${n}`)))
    await late.arrived
    await rounds(100)
    expect(late.arrivals).toBe(1)
    late.release()
    const answers = await Promise.all(calls)
    expect(answers.filter(({ text }) => text === 'fine').length).toBeGreaterThanOrEqual(3)
    expect(g.origin.maxInFlight).toBe(1)
  })

  test('numbers: 127.0.0.1 by its other names', async () => {
    await using g = await given({ limits: { concurrency: 1 } })
    const late = gate(ok('fine'))
    g.origin.script('/f', late)
    const hosts = ['127.0.0.1', '127.1', '0x7f.1', '2130706433', '0177.0.0.1']
    const calls = hosts.map((host, n) => seen(g.fetch(`http://${host}:${g.origin.port}/f?${n}`)))
    await late.arrived
    await rounds(100)
    expect(late.arrivals).toBe(1)
    late.release()
    expect((await Promise.all(calls)).map(({ text }) => text)).toEqual(hosts.map(() => 'fine'))
    expect(g.origin.maxInFlight).toBe(1)
  })
})

describe.each(lives)('$name', (life) => {
  test.each([400, 401, 403, 404, 410, 451])('H07: %i is the answer, once, and no version is lost by it', async (code) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', status(code, {}, 'no'), status(500))
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: code, text: 'no' })
    expect(g.origin.hits('/f')).toBe(1)
    await g.clock.advance(1_000)
    const then = await seen(g.fetch(g.origin.url('/f'), { holdfast: { retry: false } }))
    if (life.cached) expect(then).toEqual({ status: 200, text: OLD, outcome: 'fallback' })
    else expect([500, code]).toContain(then.status)
  })

  test('H14: a 304 that nobody asked for is asked again, and never an empty body', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', notModified({ etag: '"9"' }), ok('new', { etag: '"9"' }))
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 200, text: 'new', outcome: 'miss' })
    expect(g.origin.requests('/f')[1]?.headers['if-none-match']).toBeUndefined()
  })
})

test('H14: the version is gone when its 304 comes: asked again without a condition', async () => {
  const store = memory()
  await using g = await given({ tiers: [{ ...bytesOf(store) }] })
  await storeOld(g, { cached: true }, '/f')
  const late = gate(notModified({ etag: '"0"' }))
  g.origin.script('/f', late, ok('new'))
  const call = g.fetch(g.origin.url('/f'))
  await late.arrived
  const keys: string[] = []
  for await (const key of store.keys('')) keys.push(key)
  expect(keys.length).toBeGreaterThan(0)
  await store.delete(keys)
  late.release()
  const response = await call
  const text = await response.text()
  expect([OLD, 'new']).toContain(text)
  if (text === 'new') expect(g.origin.requests('/f').map(({ headers }) => headers['if-none-match'])).toEqual(['"0"', undefined])
})

/** The same store by its bytes alone: what was decoded is not remembered. */
function bytesOf(store: Store): Store {
  const { name, durable, shared, remote } = store
  return {
    name,
    durable,
    shared,
    remote,
    get: (key) => store.get(key),
    getMany: (keys) => store.getMany(keys),
    set: (...args) => store.set(...args),
    setMany: (...args) => store.setMany(...args),
    delete: (...args) => store.delete(...args),
    keys: (...args) => store.keys(...args),
    close: () => store.close(),
  }
}

test('H15: v2 twice, v1 again, v2 again: no id is ever used for other bytes, and each answer is what was sent', async () => {
  const contents = ['v1', 'v2', 'v2', 'v1', 'v3', 'v2', 'v1']
  const digests = new Map<string, string>()
  const ask = async (g: Given): Promise<string> => {
    const response = await g.fetch(g.origin.url('/f'))
    const outcome = response.headers.get('cache-status')
    expect(outcome).not.toContain('hit')
    const found = inspectedAny(response)
    expect(digests.get(found.id) ?? found.digest).toBe(found.digest)
    digests.set(found.id, found.digest)
    return response.text()
  }
  for (const life of lives) {
    await using g = await living({ ...life, cached: false })
    const [first, ...rest] = contents.map((text) => ok(text, { headers: { 'X-Is': text } satisfies Fields }))
    if (first === undefined) throw new Error('no step')
    g.origin.script('/f', first, ...rest)
    const got: string[] = []
    for (let n = 0; n < contents.length; n += 1) {
      got.push(await ask(g))
      await g.clock.advance(1_000)
    }
    expect(got).toEqual(contents)
    digests.clear()
  }
})

function inspectedAny(response: Response): { id: string; digest: string } {
  try {
    return inspected(response, 'miss').version
  } catch {
    return inspected(response, 'revalidated').version
  }
}
