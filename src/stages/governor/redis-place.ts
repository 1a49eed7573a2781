import type { Redis } from 'ioredis'
import { allow, type Clock } from '../../model/clock.ts'
import { grantedStart, MOST_WAITING } from './granted-start.ts'
import type { Place } from './shared-pacer.ts'

/** Milliseconds until Redis has taken a request down, its connection included. What comes after that is the wait for one's turn. */
const PATIENCE = 1_000

/**
 * Takes the next start and moves it on; gives the milliseconds until then. By the clock of Redis, the only one that all machines share: by
 * those of the machines, as bottleneck's scripts reckon, one that is a day ahead would make the others wait for a day. KEYS: the bucket;
 * ARGV: milliseconds between two starts, the most that wait.
 */
const TAKE = `
local time = redis.call('TIME')
local now, apart = time[1] * 1000 + time[2] / 1000, tonumber(ARGV[1])
local start = math.max(tonumber(redis.call('GET', KEYS[1]) or '') or 0, now)
if start > now + apart * ARGV[2] then start = now end
redis.call('SET', KEYS[1], string.format('%.3f', start + apart), 'PX', string.format('%.0f', math.ceil(start + apart - now)))
return string.format('%.3f', start - now)
`

/** Redis, by a script of ours over ioredis. */
export class RedisPlace implements Place {
  readonly name = 'redis'
  readonly #given: string | Redis
  readonly #clock: Clock
  readonly #closing = new AbortController()
  #client: Promise<Redis> | undefined
  /** Why the connection failed: to who asks over it ioredis says only that it is closed. */
  #heard: unknown

  constructor(given: string | object, clock: Clock) {
    this.#given = given as string | Redis
    this.#clock = clock
  }

  /** The span is part of the name, so that processes which were told other rates do not share one. */
  next(bucket: string, apart: number): Promise<void> {
    const grant = (): Promise<number> => this.#wait(`holdfast:rate:${bucket} ${apart}`, apart)
    return grantedStart(grant, { clock: this.#clock, signal: this.#closing.signal })
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the instance was closed'))
    const client = await this.#client?.catch(() => undefined)
    client?.disconnect()
  }

  /** @throws Error that names the package which is missing. */
  async prepare(): Promise<void> {
    if (typeof this.#given === 'string') await ioredis()
  }

  /** Servers end what is idle: the next start makes another one, and does not fail over it. */
  #connected(): Promise<Redis> {
    this.#heard = undefined
    const made = ownClient(this.#given).then((client) => {
      client.on('error', (why) => {
        this.#heard = why
      })
      client.once('end', () => {
        if (this.#client === made) this.#client = undefined
      })
      return client
    })
    return made
  }

  async #wait(bucket: string, apart: number): Promise<number> {
    this.#closing.signal.throwIfAborted()
    this.#client ??= this.#connected()
    const made = this.#client
    const client = await made
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const late = allow(this.#clock, PATIENCE, () => reject(new Error(`it did not answer within ${PATIENCE} ms`)))
    client.eval(TAKE, 1, bucket, apart, MOST_WAITING).then(resolve, reject)
    try {
      return Number(await promise)
    } catch (error) {
      if (this.#client === made) this.#client = undefined
      client.disconnect()
      throw this.#heard ?? error
    } finally {
      late.cancel()
    }
  }
}

async function ioredis(): Promise<typeof Redis> {
  // A bundler that does not find it takes an import that is tried for one that may fail, and any other for a mistake.
  try {
    const { Redis: Client } = await import('ioredis')
    return Client
  } catch (error) {
    throw new Error('limits.shared.redis: the package ioredis is missing. Install it: npm install ioredis', { cause: error })
  }
}

/**
 * A client of ours, also where the caller gave one, which is then only asked where the server is. It does not come back by itself, for its
 * timers would keep the process alive; it is made anew when it is needed. Nor does its socket: who waits for a start is kept by the wait.
 */
async function ownClient(given: string | Redis): Promise<Redis> {
  const options = {
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: PATIENCE,
    enableOfflineQueue: true,
    // It asks for INFO, and prints where that is forbidden.
    enableReadyCheck: false,
  }
  const client = typeof given === 'string' ? new (await ioredis())(given, options) : given.duplicate(options)
  client.on('connect', () => client.stream.unref?.())
  return client
}
