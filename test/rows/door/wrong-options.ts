import { memory } from '../../../adapters/stores/memory.ts'
import { createCachedFetch, HoldfastError, type Options } from '../../../src/index.ts'

/** An option, a wrong value for it, and words of the cure that the message must hold beside the name and the value. */
export type Wrong = [name: string, value: unknown, ...cure: string[]]

export const perCall: Wrong[] = [
  ...([-1, '5 bananas', Number.NaN, '', '1h30m', true, null, {}, [], '-5s', -Infinity, '1e3'] as const).map(
    (v): Wrong => ['ttl', v, 'http'],
  ),
  ...[-1, 'soon', Number.NaN, false, null].map((v): Wrong => ['defaultTtl', v]),
  ...[-1, 'soon', {}, null].map((v): Wrong => ['staleWhileRevalidate', v]),
  ...[-1, 'yes', null, []].map((v): Wrong => ['fallback', v]),
  ['fallback.maxStale', 'long'],
  ['fallback.after', -1],
  ['fallback.cooldown', {}],
  ['fallback.on', 'network'],
  ['fallback.on', ['netwrk'], 'network'],
  ['fallback.on', ['404'], '503'],
  ['fallback.on', [99]],
  ['fallback.on', [600]],
  ['fallback.on', ['3xx']],
  ['fallback.afterr', '1s', 'after'],
  ['timeouts', 5000],
  ['timeouts.connect', '10 parsecs'],
  ['timeouts.headers', 'x'],
  ['timeouts.stall', null],
  ['timeouts.deadline', -5],
  ['timeouts.total', []],
  ['timeouts.minRate', '1 KB/s'],
  ['timeouts.conect', '1s', 'connect'],
  ['retry', true],
  ['retry', -1],
  ['retry', 0],
  ['retry', 1.5],
  ['retry', '3'],
  ['retry.attempts', 0],
  ['retry.attempts', 2.5],
  ['retry.minDelay', 'x'],
  ['retry.maxDelay', -1],
  ['retry.maxRetryAfter', {}],
  ['retry.statusCodes', 503],
  ['retry.statusCodes', ['503']],
  ['retry.statusCodes', [5]],
  ['retry.shouldRetry', true],
  ['retry.retries', 3, 'attempts'],
  ['delivery', 'stream', 'streaming', 'whole', 'live'],
  ['delivery', true],
  ['group', ''],
  ['group', 7],
  ['partition', 7],
  ['partition', {}],
  ['key', 7],
  ['key', ''],
  ['key', () => 'k'],
  ['safe', 'yes'],
  ['safe', 1],
  ['maxEntryBytes', '10 elephants'],
  ['maxEntryBytes', -1],
  ['maxEntryBytes', Number.NaN],
]

export const onlyPerCall: Wrong[] = [['onProgress', 'log']]

export const perInstance: Wrong[] = [
  ['tiers', {}],
  ['tiers', memory],
  ['tiers', [{}]],
  ['tiers', [null]],
  ['tiers', ['redis://localhost']],
  ['respect', 'strict', 'standard', 'resilient'],
  ['mode', 'ofline', 'offline', 'prefer-offline'],
  ['mode', true],
  ['headers', 7],
  ['headers', { 'a b': '1' }],
  ['credentialHeaders', 'Authorization'],
  ['credentialHeaders', [7]],
  ['credentialHeaders', ['not a token']],
  ['limits', 6],
  ['limits.concurrency', 0],
  ['limits.concurrency', '6'],
  ['limits.concurency', 6, 'concurrency'],
  ['limits.total', 0],
  ['limits.total', '4'],
  ['limits.queue', 0],
  ['limits.queue', 1.5],
  ['limits.bytesPerSecond', 0, '1MB'],
  ['limits.bytesPerSecond', 'fast', '64KB'],
  ['limits.hosts', { match: 'a.example' }, 'list'],
  ['limits.shared', {}, 'redis', 'sqlite'],
  ['limits.shared', 'redis://localhost', 'redis'],
  ['limits.shared.redis', 'not a url', 'redis://'],
  ['limits.shared.redis', {}, 'ioredis'],
  ['limits.shared.sqlite', ''],
  ['priority', '10', '10'],
  ['priority', Number.NaN],
  ['priority', Number.POSITIVE_INFINITY],
  ['rules', {}],
  ['rules', [7]],
  ['storeTimeout', 'x'],
  ['fetch', 'undici'],
  ['clock', Date],
  ['clock', { now: () => 0 }],
  ['random', 0.5],
  ['waitUntil', {}],
]

/** { 'a.b': 1 } as { a: { b: 1 } } */
export const nest = (path: string, value: unknown): Record<string, unknown> => {
  const [head = '', ...rest] = path.split('.')
  return { [head]: rest.length === 0 ? value : nest(rest.join('.'), value) }
}

/** How a reader would write the value down; an object or a function may be told by its kind. */
function written(value: unknown): RegExp {
  if (typeof value === 'string') return new RegExp(value.replaceAll(/[^\w ]/g, '\\$&'))
  if (value !== null && typeof value === 'object') return /\{|\[|object|list|array/i
  if (typeof value === 'function') return /function|class|=>|\[/i
  return new RegExp(String(value).replace('.', '\\.'))
}

/** What the error fails to tell; nothing, if it is a TypeError that names the option, the value given, and the cure. */
export function untold(error: unknown, [name, value, ...cure]: Wrong): string[] {
  if (!(error instanceof TypeError) || error instanceof HoldfastError) return [`not a plain TypeError: ${String(error)}`]
  const { message } = error
  const single =
    Array.isArray(value) && value.length === 1 && (value[0] === null || typeof value[0] !== 'object') ? value[0] : value
  const missing = [name, ...cure].filter((word) => !message.includes(word))
  if (!written(single).test(message)) missing.push(`the value ${String(single)}`)
  if (message.replace(name, '').length <= 20) missing.push('what to give instead')
  if (message.includes('native code')) missing.push('sense')
  return missing.map((what) => `${what} is not in: ${message}`)
}

/** What createCachedFetch throws for these options. */
export const thrownBy = (options: unknown): unknown => {
  try {
    void createCachedFetch(options as Options).close()
  } catch (error) {
    return error
  }
  return undefined
}

const label = ([name, value]: Wrong): string => `${name}: ${typeof value === 'function' ? 'a function' : JSON.stringify(value)}`
/** Rows with a name for test.each. */
export const named = (rows: Wrong[]): [string, Wrong][] => rows.map((row, n) => [`${label(row)} (${n})`, row])
