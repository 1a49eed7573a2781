import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ok } from '../../helpers/origin/index.ts'
import { bench, outcomeOf, textOf } from './kit.ts'

// @hono/node-server puts classes of its own in the place of Request and Response, which inherit from the platform's. Its Response keeps what it was
// made of, makes the platform's when that is asked for anything, and sends what it kept.

const platform = { Request, Response }

class StandIn {
  readonly kept: ConstructorParameters<typeof Response>
  #made: Response | undefined

  constructor(...kept: ConstructorParameters<typeof Response>) {
    this.kept = kept
  }

  get made(): Response {
    this.#made ??= new platform.Response(...this.kept)
    return this.#made
  }
}
for (const name of ['headers', 'status', 'statusText', 'ok', 'body', 'bodyUsed', 'url'] as const)
  Object.defineProperty(StandIn.prototype, name, {
    get(this: StandIn) {
      return this.made[name]
    },
  })
for (const name of ['arrayBuffer', 'text', 'json', 'clone'] as const)
  Object.defineProperty(StandIn.prototype, name, {
    value(this: StandIn) {
      return this.made[name]()
    },
  })
Object.setPrototypeOf(StandIn, platform.Response)
Object.setPrototypeOf(StandIn.prototype, platform.Response.prototype)

beforeEach(() => void Object.assign(globalThis, { Request: class extends platform.Request {}, Response: StandIn }))
afterEach(() => void Object.assign(globalThis, platform))

const FRESH = { headers: { 'Cache-Control': 'max-age=60', 'Content-Type': 'application/json' } }

describe('where others stand in the place of Request and Response', () => {
  test('a response has its headers, also for who passes it on', async () => {
    await using at = await bench({ '/a': ok('{"a":1}', FRESH) })
    for (const outcome of ['miss', 'hit']) {
      const response = await at.fetch(at.origin.url('/a'))
      expect([outcome, 'kept' in response]).toEqual([outcome, false])
      const passed = new platform.Response(response.body, response)
      expect(passed.headers.get('content-type')).toBe('application/json')
      expect(await passed.json()).toEqual({ a: 1 })
    }
  })

  test('a response can be cloned, and read', async () => {
    await using at = await bench({ '/a': ok('{"a":1}', FRESH) })
    const response = await at.fetch(at.origin.url('/a'))
    expect([await response.clone().text(), response.headers.get('content-type'), await response.json()]).toEqual([
      '{"a":1}',
      'application/json',
      { a: 1 },
    ])
  })

  test("a Request of the platform's own keeps its signal and its cache mode", async () => {
    await using at = await bench({ '/a': ok('fine', FRESH) })
    const url = at.origin.url('/a')
    expect(await textOf(at.fetch(url))).toBe('fine')
    expect(await outcomeOf(at.fetch(new platform.Request(url, { cache: 'no-store' })))).toBe('bypass')
    const left = new platform.Request(url, { signal: AbortSignal.abort(new Error('I left')) })
    await expect(at.fetch(left)).rejects.toThrow('I left')
  })

  test("a Request of the platform's own may stand in a list", async () => {
    await using at = await bench({ '/a': ok('fine', FRESH) })
    const [one] = await Array.fromAsync(at.fetch.prefetch([new platform.Request(at.origin.url('/a'))]))
    expect(one).toMatchObject({ ok: true, url: at.origin.url('/a') })
  })
})
