import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe } from 'vitest'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis.ts'

/** `describe`, where there is a Redis. */
export const describeRedis: typeof describe.skip = hasRedis() ? describe : describe.skip

/** A prefix that no other test has. */
export const somePrefix = (): string => `t-${randomUUID()}`

/** One server for all tests of a `describe`: it is asked for in them. */
export function sharedServer(settings: readonly string[] = []): () => RedisServer {
  let server: RedisServer | undefined
  beforeAll(async () => {
    server = await startRedis(settings)
  })
  afterAll(() => server?.[Symbol.asyncDispose]())
  return () => {
    if (server === undefined) throw new Error('the server is not there before the tests begin')
    return server
  }
}
