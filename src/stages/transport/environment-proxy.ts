import type { Agent } from 'node:http'
import type { AgentOptions } from 'node:https'

export type ProxyEnv = NonNullable<AgentOptions['proxyEnv']>

/**
 * What NODE_USE_ENV_PROXY, its flag or `http.setGlobalProxyFromEnv` said of a scheme: they reach the global agents alone, and by
 * `setGlobalProxyFromEnv` only that of a scheme which is named; Node's fetch sends https by the proxy for http where it has no other.
 */
export function proxyEnvSaid(scheme: string): ProxyEnv | undefined {
  const http = saidTo(process.getBuiltinModule('node:http'))
  return scheme === 'https:' ? (saidTo(process.getBuiltinModule('node:https')) ?? http) : http
}

const saidTo = ({ globalAgent }: { readonly globalAgent: object }): ProxyEnv | undefined =>
  (globalAgent as Agent & { readonly options: AgentOptions }).options.proxyEnv

/**
 * The same in words by which Node's agents take the way that its fetch takes. Of NO_PROXY each has a reading of its own (to fetch `example.org`
 * means its subdomains too, and whitespace divides as commas do); a host that either of them spares is asked directly.
 */
export function proxyEnvOf(said: ProxyEnv): ProxyEnv {
  const http = said.http_proxy || said.HTTP_PROXY
  const spared = (said.no_proxy || said.NO_PROXY || '').split(/[,\s]+/).filter(Boolean)
  const asFetch = spared.map((entry) => `.${entry.replace(/^\*?\.|[[\]]/g, '')}`)
  return {
    http_proxy: http,
    https_proxy: said.https_proxy || said.HTTPS_PROXY || http,
    no_proxy: [...spared, ...asFetch].join(),
  }
}
