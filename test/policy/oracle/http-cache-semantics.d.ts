/** What the oracle test uses of it; the package ships no types. */
declare module 'http-cache-semantics' {
  type Fields = Record<string, string>
  interface Asked {
    method: string
    url: string
    headers: Fields
  }
  interface Answered {
    status: number
    headers: Fields
  }
  interface Options {
    shared?: boolean
    immutableMinTimeToLive?: number
  }
  export default class CachePolicy {
    constructor(request: Asked, response: Answered, options?: Options)
    now(): number
    storable(): boolean
    maxAge(): number
    age(): number
    evaluateRequest(request: Asked): { response?: unknown; revalidation?: { synchronous: boolean } }
    revalidationHeaders(request: Asked): Fields
    revalidatedPolicy(request: Asked, response: Answered): { policy: CachePolicy; matches: boolean }
    responseHeaders(): Fields
  }
}
