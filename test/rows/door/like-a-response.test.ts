import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { type CachedFetch, createCachedFetch } from '../../../src/index.ts'
import { sha256 } from '../../helpers/digest.ts'
import { ok, startOrigin } from '../../helpers/origin/index.ts'

// A response makes its headers, stream and clones only when asked. Whatever one does to it, it does as the platform's own.

const BODIES: Record<string, { readonly body: Buffer; readonly type?: string; readonly code?: number }> = {
  '/json': { body: Buffer.from('{"a":[1,2],"b":"é"}'), type: 'application/json' },
  '/mark': { body: Buffer.from('\ufeff{"a":1}'), type: 'application/json' },
  '/rubbish': { body: Buffer.from(new Uint8Array([0xff, 0xfe, 0x41, 0x80])), type: 'text/plain; charset=utf-8' },
  '/empty': { body: Buffer.from('') },
  '/form': { body: Buffer.from('a=1&b=%20'), type: 'application/x-www-form-urlencoded' },
  '/inline': { body: Buffer.from(new Uint8Array(40_000).fill(7)), type: 'application/octet-stream' },
  '/shelved': { body: Buffer.from(new Uint8Array(100_000).fill(8)), type: 'application/octet-stream' },
  '/large': { body: Buffer.from(new Uint8Array(1_200_000).fill(9)), type: 'application/octet-stream' },
  '/none': { body: Buffer.from(''), code: 204, type: 'application/x-www-form-urlencoded' },
  '/gone': { body: Buffer.from('gone'), code: 410, type: 'text/plain' },
}

const READERS = ['arrayBuffer', 'bytes', 'text', 'json', 'blob', 'formData'] as const
const platform = Response.prototype

type Deed = (response: Response) => unknown

/** What came of it, in words that can be compared. */
async function came(deed: () => unknown): Promise<unknown> {
  try {
    return await plain(await deed())
  } catch (error) {
    const { name, message } = error as Error
    return { threw: name, message: message.replace(/"[^"]*" is not valid JSON/, 'not JSON') }
  }
}

const shown = (bytes: Uint8Array): string => (bytes.length > 1000 ? sha256(bytes) : Buffer.from(bytes).toString('hex'))

async function plain(value: unknown): Promise<unknown> {
  if (value instanceof ArrayBuffer) return { buffer: shown(new Uint8Array(value)) }
  if (value instanceof Uint8Array) return { constructor: value.constructor.name, bytes: shown(value) }
  if (value instanceof Blob) return { type: value.type, bytes: shown(new Uint8Array(await value.arrayBuffer())) }
  if (value instanceof FormData) return [...value]
  if (Array.isArray(value)) return Promise.all(value.map(plain))
  return typeof value === 'string' && value.length > 1000 ? sha256(Buffer.from(value)) : value
}

async function drained(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array | null> {
  return body === null ? null : Buffer.concat(await Array.fromAsync(body))
}

/** The platform's, with headers that may be changed: those of its own fetch are fixed, ours are the caller's. */
async function theirsOf(url: string): Promise<Response> {
  const { body, status, statusText, headers } = await fetch(url)
  return new Response(body, { status, statusText, headers })
}

const state = (response: Response): unknown => ({
  used: response.bodyUsed,
  locked: response.body?.locked,
  type: response.headers.get('content-type'),
  status: response.status,
  statusText: response.statusText,
  ok: response.ok,
})

const DEEDS: Record<string, Deed> = {
  'nothing but its state': state,
  'its own names, and what it is': (response) => [
    Object.keys(response),
    Object.prototype.toString.call(response),
    response instanceof Response,
  ],
  'headers changed, and a clone': async (response) => {
    response.headers.set('x-mine', '1')
    const clone = response.clone()
    clone.headers.set('x-theirs', '2')
    return [response.headers.get('x-mine'), response.headers.get('x-theirs'), clone.headers.get('x-mine'), await clone.bytes()]
  },
  'a clone of a clone, read in any order': async (response) => {
    const first = response.clone()
    const second = first.clone()
    return [await second.text(), await response.text(), await first.text(), state(first), state(second)]
  },
  'a clone after its body was looked at': async (response) => {
    void response.body
    const clone = response.clone()
    return [await clone.text(), await response.text(), state(response), state(clone)]
  },
  'a clone after it was read': async (response) => {
    await response.text()
    return state(response.clone())
  },
  'its stream': async (response) => [await came(() => drained(response.body)), state(response)],
  'its stream, taken before it is read otherwise': async (response) => {
    const { body } = response
    const text = await response.text()
    return [text, state(response), await came(() => drained(body))]
  },
  'its stream, taken after it was read otherwise': async (response) => {
    await response.text()
    return [state(response), await came(() => drained(response.body)), await came(() => response.body?.getReader())]
  },
  'a stream that somebody holds': async (response) => {
    const reader = response.body?.getReader()
    const while_ = [await came(() => response.text()), await came(() => state(response.clone())), response.bodyUsed]
    reader?.releaseLock()
    return [while_, await came(() => response.text())]
  },
  'a stream that was left': async (response) => {
    await response.body?.cancel()
    return [state(response), await came(() => response.text())]
  },
  'a new Response of its parts': async (response) => {
    const copy = new Response(response.body, response)
    return [await copy.bytes(), copy.status, copy.headers.get('content-type'), response.bodyUsed]
  },
  "the platform's clone": async (response) => {
    const clone = platform.clone.call(response)
    return [await clone.text(), clone.status, clone.headers.get('content-type'), await response.text()]
  },
  "the platform's clone after a read": async (response) => {
    await response.text()
    return state(platform.clone.call(response))
  },
  "the platform's clone, and a reader of ours between": async (response) => {
    const clone = platform.clone.call(response)
    return [await response.bytes(), state(response), await clone.bytes(), await came(() => platform.text.call(response))]
  },
}

for (const name of READERS) {
  DEEDS[name] = (response) => response[name]()
  DEEDS[`${name} twice`] = async (response) => [
    await came(() => response[name]()),
    state(response),
    await came(() => response[name]()),
  ]
  DEEDS[`the platform's ${name}`] = (response) => platform[name].call(response)
  DEEDS[`${name}, then the platform's`] = async (response) => [
    await came(() => response[name]()),
    await came(() => platform[name].call(response)),
  ]
  DEEDS[`the platform's ${name}, then it`] = async (response) => [
    await came(() => platform[name].call(response)),
    await came(() => response[name]()),
    state(response),
  ]
}

describe('a hit is a Response like any other', () => {
  let origin: Awaited<ReturnType<typeof startOrigin>>
  let cached: CachedFetch

  beforeAll(async () => {
    origin = await startOrigin()
    for (const [path, { body, type, code = 200 }] of Object.entries(BODIES))
      origin.script(
        path,
        ok(body, {
          status: code,
          headers: { 'Cache-Control': 'max-age=600', ...(type !== undefined && { 'Content-Type': type }) },
        }),
      )
    cached = createCachedFetch({ tiers: [memory()] })
    for (const path of Object.keys(BODIES)) await (await cached(origin.url(path), { holdfast: { ttl: '1h' } })).bytes()
  })

  afterAll(async () => {
    await cached.close()
    await origin.close()
  })

  describe.each(Object.keys(BODIES))('%s', (path) => {
    test.each(Object.entries(DEEDS))('%s', async (_, deed) => {
      const theirs = await came(async () => deed(await theirsOf(origin.url(path))))
      const before = origin.hits()
      const ours = await came(async () => deed(await cached(origin.url(path), { holdfast: { ttl: '1h' } })))
      expect(origin.hits()).toBe(before)
      expect(ours).toEqual(theirs)
    })
  })
})
