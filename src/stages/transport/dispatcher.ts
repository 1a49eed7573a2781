import { proxyEnvSaid } from './environment-proxy.ts'

/** What undici sends by, as far as we look at it. */
interface Dispatcher {
  readonly dispatch?: unknown
  readonly [name: symbol]: unknown
}

type Global = { readonly [name: symbol]: Dispatcher | undefined }

/** Where undici keeps the one by which fetch sends: its second interface, and the same for callers of the first. */
const FIRST = Symbol.for('undici.globalDispatcher.1')
const SECOND = Symbol.for('undici.globalDispatcher.2')

/**
 * Tells whether somebody has said how the requests of Node's fetch are to leave: `setGlobalDispatcher` with a proxy, a mock, an agent that
 * has certificates of its own. A program that only imports undici has said nothing.
 */
export class FetchGuidance {
  readonly #judged = new WeakMap<Dispatcher, 'as ever' | 'otherwise'>()

  isThere(): boolean {
    const { [FIRST]: first, [SECOND]: second } = globalThis as unknown as Global
    const isWrapper = second !== undefined && first?.constructor.name === 'Dispatcher1Wrapper'
    return this.#isOther(second) || (!isWrapper && this.#isOther(first))
  }

  #isOther(dispatcher: Dispatcher | undefined): boolean {
    if (dispatcher === undefined) return false
    const known = this.#judged.get(dispatcher)
    if (known !== undefined) return known === 'otherwise'
    const isOther = !isUntouched(dispatcher) && !isOfEnvironment(dispatcher)
    this.#judged.set(dispatcher, isOther ? 'otherwise' : 'as ever')
    return isOther
  }
}

/**
 * An agent that was given no options, neither composed nor instrumented, in the shape that undici has from 5 to 8 (read in their source; a
 * test holds Node's own to it). Where another is found all goes by fetch: slower, and right.
 */
function isUntouched(dispatcher: Dispatcher): boolean {
  const prototype = Object.getPrototypeOf(dispatcher) as Dispatcher
  const above = Object.getPrototypeOf(prototype) as Dispatcher | null
  if (prototype.constructor.name !== 'Agent' || above?.constructor.name !== 'DispatcherBase') return false
  if (dispatcher.dispatch !== above.dispatch || ownOf(dispatcher, 'factory')?.name !== 'defaultFactory') return false
  return Object.values(ownOf(dispatcher, 'options') ?? { unknown: true }).every(
    (value) => value === undefined || value === Infinity,
  )
}

function ownOf(dispatcher: Dispatcher, name: string): { readonly name?: unknown } | undefined {
  const symbol = Object.getOwnPropertySymbols(dispatcher).find(({ description }) => description === name)
  return symbol && (dispatcher[symbol] as { readonly name?: unknown } | undefined)
}

/**
 * Node's own by NODE_USE_ENV_PROXY, its flag or `http.setGlobalProxyFromEnv`, which the wire obeys too (connections.ts); a proxy may be for one
 * scheme alone. Of what is not written as `http://` or `https://` fetch knows more (SOCKS), and the wire would go past it.
 */
function isOfEnvironment(dispatcher: Dispatcher): boolean {
  if (dispatcher.constructor.name !== 'EnvHttpProxyAgent') return false
  const said = ['http:', 'https:'].map(proxyEnvSaid).filter((env) => env !== undefined)
  const proxies = said.flatMap((env) => [env.http_proxy, env.HTTP_PROXY, env.https_proxy, env.HTTPS_PROXY])
  return said.length > 0 && proxies.every((url) => !url || /^https?:\/\//.test(url))
}
