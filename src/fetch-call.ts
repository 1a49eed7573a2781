import { initWith, isOfItself, isRequest, leaveOf, referrerOf } from './init.ts'
import type { Call } from './model/call.ts'
import { HoldfastError } from './model/errors.ts'
import { type HeaderList, headerOf } from './model/headers.ts'
import type { Init, Input } from './model/options.ts'
import type { CacheMode, Settings } from './model/settings.ts'
import { keyText, knownUrl, partitionOf, questionOf, sentUrl } from './policy/cache-key.ts'
import { type Layer, readCacheMode, readCallOptions, readDispatcher } from './policy/call-options.ts'
import type { RuleLayer } from './policy/instance-options.ts'
import { isCached } from './policy/passing.ts'
import { overlaySpecific } from './policy/precedence.ts'
import { withoutPreconditions } from './policy/preconditions.ts'
import { withReferer } from './policy/referrer.ts'
import { ruleFor } from './rule.ts'

/** What an instance adds to each call. */
export interface CallBasis {
  readonly settings: Settings
  readonly rules: readonly RuleLayer[]
  readonly headers: HeaderList
  readonly credentialHeaders: ReadonlySet<string>
}

/** The arguments of a fetch, read. `body` waits for what has to be read first. */
interface Asked {
  readonly method: string
  readonly url: URL
  readonly headers: HeaderList
  readonly redirect: Call['redirect']
  readonly integrity: string
  readonly referrerPolicy?: Call['referrerPolicy']
  readonly leave: ReturnType<typeof leaveOf>
  readonly request: Request | undefined
}

/** Members of `init` that need no Request to be read right. */
const PLAIN: ReadonlySet<string> = new Set(['headers', 'signal', 'cache', 'holdfast', 'integrity'])

function isPlain(input: Input, init: Init | undefined): input is string | URL {
  if (typeof input !== 'string' && !(input instanceof URL)) return false
  if (init === undefined || init === null) return true
  if (typeof init !== 'object') return false
  if (!(init.signal === undefined || init.signal === null || init.signal instanceof AbortSignal)) return false
  return isOfItself(init) && Object.keys(init).every((name) => PLAIN.has(name))
}

/** A URL that fetch would take for a request over HTTP; undefined where a Request is to say what is wrong with it. */
function plainUrl(input: string | URL): URL | undefined {
  const url = typeof input === 'string' ? URL.parse(input) : input
  if (url === null || url.username !== '' || url.password !== '') return undefined
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}

function ask(input: Input, init: Init | undefined): Asked {
  const url = isPlain(input, init) ? plainUrl(input) : undefined
  if (url !== undefined) {
    const headers: HeaderList = init?.headers === undefined ? [] : [...new Headers(init.headers)]
    return {
      method: 'GET',
      url,
      headers,
      redirect: 'follow',
      integrity: init?.integrity ?? '',
      leave: leaveOf(input, init?.signal),
      request: undefined,
    }
  }
  const signal = init?.signal
  // What is no signal, or no init, is for Request to refuse, in the words of fetch.
  const isSignal = signal === undefined || signal === null || signal instanceof AbortSignal
  // `cache` is read already: Request refuses 'only-if-cached'. The caller's own signal is used, for a Request's follows it.
  const over = { cache: undefined, ...(isSignal && { signal: undefined }), ...referrerOf(input, init) }
  const request = new Request(input, typeof init === 'object' || init === undefined ? initWith(init, over) : init)
  const target = new URL(request.url)
  const { protocol } = target
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new HoldfastError('PROTOCOL', `${protocol} is not a scheme that can be fetched`, {
      url: request.url,
      method: request.method,
    })
  }
  return {
    method: request.method,
    url: target,
    ...withReferer(request, target),
    redirect: request.mode === 'same-origin' && request.redirect === 'follow' ? request.mode : request.redirect,
    integrity: request.integrity,
    leave: leaveOf(input, signal),
    request,
  }
}

/** True for a scheme that has no origin to protect anybody from: data: and blob: go to the platform's fetch as they are. */
export function isForeign(input: Input): boolean {
  const text = typeof input === 'string' ? input : input instanceof URL ? input.href : isRequest(input) ? input.url : ''
  return !text.startsWith('http') && /^\s*(?:data|blob):/i.test(text)
}

function settle(
  { settings, rules }: CallBasis,
  { url, headers, method }: Asked,
  own: Layer | undefined,
): { under: Settings; settings: Settings } {
  let settled = settings
  if (rules.length > 0) {
    const rule = ruleFor(
      rules,
      url.href,
      () => new Request(url, { method, headers: headers.map(([name, value]) => [name, value]) }),
    )
    if (rule !== undefined) settled = overlaySpecific(settled, rule)
  }
  return { under: settled, settings: own === undefined ? settled : overlaySpecific(settled, own) }
}

function merged(instance: HeaderList, caller: HeaderList): HeaderList {
  if (instance.length === 0) return caller
  return [...instance.filter(([name]) => headerOf(caller, name) === undefined), ...caller]
}

function partitionText(headers: HeaderList, partition: Settings['partition'], credentialHeaders: ReadonlySet<string>): string {
  if (partition === null) return ''
  if (partition !== undefined) return `=${partition}`
  const digest = headers.length === 0 ? '' : partitionOf(headers, credentialHeaders)
  return digest === '' ? '' : `#${digest}`
}

/** Its own text goes along where it is known by another. */
function addressOf(asked: URL): Pick<Call, 'url' | 'sent'> {
  const sent = sentUrl(asked)
  const url = knownUrl(sent)
  return sent === url ? { url } : { url, sent }
}

/** What passes through is sent once: whether it may be sent again, nobody can tell. */
function onceOnly(settings: Settings): Settings {
  return { ...settings, retry: { ...settings.retry, attempts: 0 } }
}

/** A call whose body, if it has one, is still to be read. */
export interface Draft {
  readonly call: Call
  /** Resolves to the call with its body, and a key that has its digest. */
  readonly withBody: (() => Promise<Call>) | undefined
}

/**
 * The arguments of fetch → a call. Throws what fetch would reject with.
 *
 * @throws TypeError for a URL, a method, a header or an option that is wrong.
 */
export function draftCall(input: Input, init: Init | undefined, basis: CallBasis): Draft {
  const own = init?.holdfast === undefined ? undefined : readCallOptions(init.holdfast)
  const cache: CacheMode = readCacheMode(init?.cache === undefined && isRequest(input) ? input.cache : init?.cache)
  const asked = ask(input, init)
  const { under, settings } = settle(basis, asked, own)
  const headers = merged(basis.headers, asked.headers)
  const address = addressOf(asked.url)
  const cached = isCached({ method: asked.method, settings })
  const identity = {
    group: settings.group,
    partition: partitionText(headers, settings.partition, basis.credentialHeaders),
    // An answer that redirects were followed for is no answer to a caller who wants to see them.
    method: `${asked.method === 'HEAD' || !cached ? 'GET' : asked.method}${asked.redirect === 'manual' && cached ? ';manual' : ''}`,
    url: address.url,
    ...(settings.key !== undefined && { own: settings.key }),
  }
  const call: Call = {
    key: keyText(identity),
    method: asked.method,
    ...address,
    ...(asked.method === 'GET' || asked.method === 'HEAD' ? withoutPreconditions(headers) : { headers, preconditions: [] }),
    body: undefined,
    ...asked.leave,
    cache,
    redirect: asked.redirect,
    integrity: asked.integrity,
    ...(asked.referrerPolicy !== undefined && { referrerPolicy: asked.referrerPolicy }),
    ...(init?.dispatcher && { dispatcher: readDispatcher(init.dispatcher) }),
    credentialHeaders: basis.credentialHeaders,
    ...(cached ? { settings, layers: { under, own } } : { settings: onceOnly(settings) }),
  }
  const { request } = asked
  if (request === undefined || request.body === null) return { call, withBody: undefined }
  const streaming = { ...call, body: request.body as ReadableStream<Uint8Array> }
  const isStreamed = !cached && isStream(init?.body)
  return { call, withBody: async () => (isStreamed ? streaming : readBody(request, call, cached ? identity : undefined)) }
}

/** What fetch takes for a stream: Node's own, and whatever can be iterated as it comes. */
const isStream = (body: object | string | null | undefined): boolean =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body

async function readBody(request: Request, call: Call, identity: Parameters<typeof keyText>[0] | undefined): Promise<Call> {
  const { signal } = call
  // It may be a stream that has no end, and a caller who leaves lets go of it.
  const left = signal && request.body?.pipeThrough(new TransformStream(), { signal })
  const body = new Uint8Array(await (left === undefined ? request : new Response(left)).arrayBuffer())
  return { ...call, body, key: identity ? keyText({ ...identity, bodyDigest: questionOf(body, call.headers) }) : call.key }
}
