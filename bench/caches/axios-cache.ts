import axios from 'axios'
import { setupCache } from 'axios-cache-interceptor'
import type { Open } from './cache.ts'

export const open: Open = () => {
  const client = setupCache(axios.create())
  return {
    json: async (url) => (await client.get<unknown>(url)).data,
    bytes: async (url) => (await client.get<Uint8Array>(url, { responseType: 'arraybuffer' })).data,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
