import Keyv from 'keyv'
import { describe } from 'vitest'
import { folder } from '../../../../adapters/stores/folder.ts'
import { keyv } from '../../../../adapters/stores/keyv.ts'
import { redis } from '../../../../adapters/stores/redis.ts'
import { hasRedis, startRedis } from '../../../helpers/redis.ts'
import { temporary } from '../given.ts'
import { eachNth } from './each.ts'

eachNth('folder', async () => {
  const { path, remove } = temporary()
  return { store: folder(path), close: remove }
})

eachNth('keyv', async () => ({ store: keyv(new Keyv()) }))

describe.runIf(hasRedis())('a real server', () => {
  eachNth('redis', async () => {
    const server = await startRedis()
    return { store: redis(server.url), close: async () => server[Symbol.asyncDispose]() }
  })
})
