import { createClient, RESP_TYPES } from 'redis'
import { fetch } from 'undici'
import { likeFetch, type Open } from './cache.ts'
import { type Kept, keptOf, responseOf } from './kept.ts'

/** The limit of a cache in Redis: GET by node-redis, and a real Response of it. A value is the length of its JSON, the JSON, the body. */
export const open: Open = async (_kind, { redis = '' }) => {
  const client = createClient({ url: redis })
  await client.connect()
  const bytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
  return likeFetch(
    async (url) => {
      const value = await bytes.get(url)
      const kept = value === null ? undefined : read(value)
      if (kept !== undefined && kept.until > Date.now()) return responseOf(kept)
      const fresh = await keptOf(await fetch(url))
      await client.set(url, written(fresh))
      return responseOf(fresh)
    },
    () => client.close(),
  )
}

function written({ body, ...meta }: Kept): Buffer {
  const json = Buffer.from(JSON.stringify(meta))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  return Buffer.concat([length, json, body])
}

function read(value: Buffer): Kept {
  const end = 4 + value.readUInt32LE()
  const meta = JSON.parse(value.toString('utf8', 4, end)) as Omit<Kept, 'body'>
  return { ...meta, body: value.subarray(end) as Uint8Array<ArrayBuffer> }
}
