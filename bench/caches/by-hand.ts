import { fetch } from 'undici'
import { type Cache, likeFetch, type Open } from './cache.ts'

interface Kept {
  readonly etag: string
  readonly body: Uint8Array<ArrayBuffer>
}

/** What somebody would write for the one question, and nothing else. etag: asks about what it has. resume: asks for what is missing. */
export const open: Open = (kind) => (kind === 'resume' ? resuming() : asking())

function asking(): Cache {
  const map = new Map<string, Kept>()
  return likeFetch(async (url) => {
    const kept = map.get(url)
    const response = await fetch(url, { headers: kept === undefined ? {} : { 'if-none-match': kept.etag } })
    if (response.status === 304 && kept !== undefined) return new Response(kept.body)
    const body = new Uint8Array(await response.arrayBuffer())
    map.set(url, { etag: response.headers.get('etag') ?? '', body })
    return new Response(body)
  })
}

function resuming(): Cache {
  return {
    json: () => Promise.reject(new Error('only streams are asked of it')),
    bytes: () => Promise.reject(new Error('only streams are asked of it')),
    stream: (url) => Promise.resolve(resumed(url)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

async function* resumed(url: string): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let size = Number.POSITIVE_INFINITY; at < size; ) {
    const { body, headers } = await fetch(url, { headers: at === 0 ? {} : { range: `bytes=${at}-` } })
    size = at + Number(headers.get('content-length'))
    try {
      for await (const chunk of body ?? []) {
        at += chunk.length
        yield chunk
      }
    } catch {
      // It broke: the loop asks for the rest.
    }
  }
}
