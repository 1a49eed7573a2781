import http from 'node:http'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../src/model/clock.ts'
import { chosenTransport, isNativeFetch } from '../../src/stages/transport/choose.ts'
import { type Origin, ok, startOrigin } from '../helpers/origin/index.ts'
import { requestTo, textAt } from './transport.ask.ts'

type Fetch = typeof globalThis.fetch

const clock = systemClock
const native = globalThis.fetch
const mock: Fetch = async () => new Response('mocked')

let origin: Origin
beforeEach(async () => {
  origin = await startOrigin()
  origin.script('/a', ok('real'))
})
afterEach(async () => {
  globalThis.fetch = native
  await origin.close()
})

describe("Node's own fetch", () => {
  test('is told by its text, on each Node that runs this test', () => expect(isNativeFetch(native)).toBe(true))

  test.each<[string, Fetch]>([
    ['a mock', mock],
    ["vitest's mock", vi.fn<Fetch>()],
    ['a wrapper', (...args) => native(...args)],
    ['a wrapper of the same name', { fetch: (...args: Parameters<Fetch>) => native(...args) }.fetch],
    ['a Proxy', new Proxy(native, {})],
    ['a bound function', native.bind(undefined)],
    ['a class', class {} as unknown as Fetch],
    ['one that says that it is native', Object.assign(async () => new Response(), { toString: () => String(native) })],
  ])('is not %s', (_what, fetch) => expect(isNativeFetch(fetch)).toBe(false))
})

test('the wire, where nothing was said and nothing was replaced', async () => {
  const transport = chosenTransport({ clock })
  expect([transport.name, await textAt(transport, origin.url('/a'))]).toEqual(['wire', 'real'])
  await transport.close()
})

test('options.fetch, whatever else there is', async () => {
  const fetch = vi.fn<Fetch>(async () => new Response('mine'))
  const transport = chosenTransport({ clock, fetch })
  globalThis.fetch = mock
  expect([transport.name, await textAt(transport, origin.url('/a'))]).toEqual(['fetch', 'mine'])
  expect(origin.hits()).toBe(0)
})

test('options.fetch, also where it is the native one', () => {
  expect(chosenTransport({ clock, fetch: native }).name).toBe('fetch')
})

test('a replaced global fetch, for as long as it is there', async () => {
  const transport = chosenTransport({ clock })
  const seen: string[] = []
  for (const fetch of [native, mock, native, vi.fn<Fetch>(async () => new Response('mocked again'))]) {
    globalThis.fetch = fetch
    seen.push(`${transport.name}: ${await textAt(transport, origin.url('/a'))}`)
  }
  expect(seen).toEqual(['wire: real', 'fetch: mocked', 'wire: real', 'fetch: mocked again'])
  await transport.close()
})

test('a fetch that was replaced before we came', async () => {
  globalThis.fetch = mock
  vi.resetModules()
  const { chosenTransport: late } = await import('../../src/stages/transport/choose.ts')
  expect(await textAt(late({ clock }), origin.url('/a'))).toBe('mocked')
})

test('the wire, where the global fetch is one of ours, or none at all', async () => {
  const ours: Fetch = async () => new Response('round and round')
  const transport = chosenTransport({ clock, isOurs: (fetch) => fetch === ours })
  globalThis.fetch = ours
  expect(await textAt(transport, origin.url('/a'))).toBe('real')
  Reflect.deleteProperty(globalThis, 'fetch')
  expect(await textAt(transport, origin.url('/a'))).toBe('real')
  await transport.close()
})

test('closing it closes the wire', async () => {
  const transport = chosenTransport({ clock })
  await textAt(transport, origin.url('/a'))
  await transport.close()
  await expect(transport.send(requestTo(origin.url('/a')))).rejects.toThrow('closed')
})

// The wire goes by it too, and Node makes both of one word: the one by which fetch sends, and the agents by whose options the wire knows.
test.each([['http_proxy'], ['https_proxy'], ['http_proxy', 'https_proxy']])(
  'the wire, where the program has a proxy: %s',
  (...names) => {
    const restore = http.setGlobalProxyFromEnv(Object.fromEntries(names.map((name) => [name, 'http://127.0.0.1:9'])))
    onTestFinished(restore)
    expect(chosenTransport({ clock }).name).toBe('wire')
  },
)

test.each(['socks5://127.0.0.1:9', 'socks://127.0.0.1:9', 'HTTP://127.0.0.1:9', ' http://127.0.0.1:9'])(
  'fetch, where the program has a proxy that node:http would go past: %j',
  (proxy) => {
    onTestFinished(http.setGlobalProxyFromEnv({ http_proxy: proxy }))
    expect(chosenTransport({ clock }).name).toBe('fetch')
  },
)
