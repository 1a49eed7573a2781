import { Agent, Dispatcher1Wrapper, getGlobalDispatcher, MockAgent, ProxyAgent, setGlobalDispatcher } from 'undici'
import { afterEach, describe, expect, test } from 'vitest'
import type { Init } from '../../../src/index.ts'
import { selfSigned } from '../../helpers/certificate.ts'
import { type ForwardProxy, startForwardProxy } from '../../helpers/forward-proxy.ts'
import { gz, ok, startOrigin } from '../../helpers/origin/index.ts'
import { crawled, get } from '../governor/crawled.ts'
import { bench, failureOf, textOf } from './kit.ts'

/** What Node's fetch obeys, and whoever puts ours in its place goes on to count on. */
const usual = getGlobalDispatcher()
const platform = globalThis.fetch
afterEach(() => {
  setGlobalDispatcher(usual)
  globalThis.fetch = platform
})

const linesOf = ({ asked }: ForwardProxy): string[] => asked.map(({ line }) => line)

/** Node 24's fetch speaks the first interface of dispatchers; `setGlobalDispatcher` wraps by itself. */
const through = (proxy: ForwardProxy): Init => ({
  dispatcher: new Dispatcher1Wrapper(new ProxyAgent({ uri: proxy.url, proxyTunnel: true })) as unknown as NonNullable<
    Init['dispatcher']
  >,
})

describe('setGlobalDispatcher', () => {
  test('a proxy is gone through, from the moment it is there until it is taken away', async () => {
    await using proxy = await startForwardProxy()
    await using b = await bench({ '/a': ok('one'), '/b': ok('two'), '/c': ok('three') })
    expect(await textOf(b.fetch(b.origin.url('/a')))).toBe('one')
    setGlobalDispatcher(new ProxyAgent({ uri: proxy.url, proxyTunnel: true }))
    expect(await textOf(b.fetch(b.origin.url('/b')))).toBe('two')
    expect(linesOf(proxy)).toEqual([`CONNECT ${b.origin.host}`])
    setGlobalDispatcher(usual)
    expect(await textOf(b.fetch(b.origin.url('/c')))).toBe('three')
    expect(proxy.asked).toHaveLength(1)
  })

  test('a mock answers, and what it gave is kept as any answer is', async () => {
    await using b = await bench()
    const mock = new MockAgent()
    mock.disableNetConnect()
    mock
      .get('http://nowhere.example')
      .intercept({ path: '/a' })
      .reply(200, 'mocked', { headers: { 'Cache-Control': 'max-age=60' } })
    setGlobalDispatcher(mock)
    for (let n = 0; n < 2; n++) expect(await textOf(b.fetch('http://nowhere.example/a'))).toBe('mocked')
    expect(await failureOf(b.fetch('http://nowhere.example/b'))).toMatchObject({ name: 'HoldfastError' })
  })

  test('an agent with a certificate of its own', async (context) => {
    const certificate = await selfSigned()
    if (certificate === undefined) return context.skip()
    await using b = await bench()
    const origin = await startOrigin({ tls: certificate })
    origin.script('/a', ok('secret'))
    setGlobalDispatcher(new Agent({ connect: { ca: certificate.cert } }))
    expect(await textOf(b.fetch(origin.url('/a')))).toBe('secret')
    await origin.close()
  })

  test.each([
    ['a composed agent', (seen: string[]) => new Agent().compose(spying(seen))],
    [
      'an agent whose dispatch was replaced',
      (seen: string[]) => {
        const agent = new Agent()
        return Object.assign(agent, { dispatch: spying(seen)(agent.dispatch.bind(agent)) })
      },
    ],
    [
      'an heir of the same name',
      (seen: string[]) => {
        const own = class extends Agent {
          override dispatch(...args: Parameters<Agent['dispatch']>): boolean {
            return spying(seen)(super.dispatch.bind(this))(...args)
          }
        }
        const heir = class extends own {}
        return new (Object.defineProperty(heir, 'name', { value: 'Agent' }))()
      },
    ],
  ])('%s sees each request', async (_what, make) => {
    await using b = await bench({ '/a': ok('one') })
    const seen: string[] = []
    setGlobalDispatcher(make(seen))
    expect(await textOf(b.fetch(b.origin.url('/a')))).toBe('one')
    expect(seen).toEqual(['/a'])
  })

  test('is obeyed also where the global fetch is ours', async () => {
    await using proxy = await startForwardProxy()
    await using b = await bench({ '/a': ok('one') })
    setGlobalDispatcher(new ProxyAgent({ uri: proxy.url, proxyTunnel: true }))
    globalThis.fetch = b.fetch
    expect(await textOf(fetch(b.origin.url('/a')))).toBe('one')
    expect(linesOf(proxy)).toEqual([`CONNECT ${b.origin.host}`])
  })

  test.each([
    ['undici alone was imported', () => usual],
    ['an agent was given nothing', () => new Agent()],
  ])('says nothing where %s: a coded body that lacks its end is not taken for whole, as by fetch', async (_when, make) => {
    await using b = await bench({ '/a': gz('text'.repeat(1000), { truncate: -4 }) })
    setGlobalDispatcher(make())
    expect(await failureOf(b.fetch(b.origin.url('/a')).then((answer) => answer.text()))).toMatchObject({ code: 'BAD_ENCODING' })
  })
})

type Dispatch = Agent['dispatch']

/** An interceptor that writes down what is asked for. */
const spying =
  (seen: string[]) =>
  (dispatch: Dispatch): Dispatch =>
  (options, handler) => {
    seen.push(String(options.path))
    return dispatch(options, handler)
  }

describe('init.dispatcher', () => {
  test('is what this call goes by, and no other', async () => {
    await using proxy = await startForwardProxy()
    await using b = await bench({ '/a': ok('one'), '/b': ok('two') })
    expect(await textOf(b.fetch(b.origin.url('/a'), through(proxy)))).toBe('one')
    expect(await textOf(b.fetch(b.origin.url('/b')))).toBe('two')
    expect(linesOf(proxy)).toEqual([`CONNECT ${b.origin.host}`])
  })

  test('is handed to a fetch of your own', async () => {
    await using proxy = await startForwardProxy()
    const seen: unknown[] = []
    const fetch: typeof globalThis.fetch = (input, init) => {
      seen.push(init?.dispatcher)
      return platform(input, init)
    }
    await using b = await bench({ '/a': ok('one') }, { fetch })
    const init = through(proxy)
    expect(await textOf(b.fetch(b.origin.url('/a'), init))).toBe('one')
    expect(seen).toEqual([init.dispatcher])
  })

  test('is what the robots.txt is asked for by too', async () => {
    await using proxy = await startForwardProxy()
    const g = await crawled(ok(''))
    expect(await get(g, '/a', through(proxy))).toBe('fine')
    expect(proxy.asked).toHaveLength(2)
  })

  test.each([['http://user:secret@proxy.example:3128'], [{}], [7]])('%j is refused, with the cure', async (dispatcher) => {
    await using b = await bench()
    const failure = await failureOf(b.fetch(b.origin.url('/a'), { dispatcher } as unknown as Init))
    expect(failure).toBeInstanceOf(TypeError)
    expect(failure.message).not.toContain('secret')
    expect(failure.message).toMatch(/^init\.dispatcher: .* is not right\. Give one of undici, such as a ProxyAgent\.$/)
  })

  test.each([[null], [undefined]])('%s is none', async (dispatcher) => {
    await using b = await bench({ '/a': ok('one') })
    expect(await textOf(b.fetch(b.origin.url('/a'), { dispatcher } as unknown as Init))).toBe('one')
  })
})
