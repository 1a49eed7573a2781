import type Bottleneck from 'bottleneck'
import type { Redis } from 'ioredis'
import { allow, type Clock } from '../../model/clock.ts'
import type { Place } from './shared-pacer.ts'

/** Milliseconds until Redis has taken a request down, its connection included. What comes after that is the wait for one's turn. */
const PATIENCE = 1_000

/** Milliseconds for which Redis keeps a bucket that nobody uses. */
const KEPT = 300_000

type Limiter = Bottleneck

interface Connected {
  readonly connection: Bottleneck.IORedisConnection
  readonly limiters: Map<string, Limiter>
}

/** Redis, by bottleneck's own scripts over ioredis: with node-redis it hangs for ever (SGrondin/bottleneck#198). */
export class RedisPlace implements Place {
  readonly name = 'redis'
  readonly #given: string | Redis
  readonly #clock: Clock
  #connected: Promise<Connected> | undefined

  constructor(given: string | object, clock: Clock) {
    this.#given = given as string | Redis
    this.#clock = clock
  }

  async next(bucket: string, apart: number): Promise<void> {
    this.#connected ??= this.#connect()
    const connected = await this.#connected
    try {
      await this.#turn(await this.#limiter(connected, bucket, Math.ceil(apart)))
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async close(): Promise<void> {
    const connected = await this.#connected?.catch(() => undefined)
    this.#connected = undefined
    await connected?.connection.disconnect(false)
  }

  /** @throws Error that names the package which is missing. */
  async prepare(): Promise<void> {
    if (typeof this.#given === 'string') await ioredis()
  }

  async #connect(): Promise<Connected> {
    const { default: Library } = await import('bottleneck')
    const client = await ownClient(this.#given)
    const connection = new Library.IORedisConnection({ client, Redis: client.constructor } as Bottleneck.IORedisConnectionOptions)
    connection.on('error', () => undefined)
    for (const one of [client, subscriberOf(connection)]) unheld(one)
    return { connection, limiters: new Map() }
  }

  /** The span is part of the name: what was written down first would count for all who share it. */
  async #limiter({ connection, limiters }: Connected, bucket: string, apart: number): Promise<Limiter> {
    const id = `holdfast ${bucket} ${apart}`
    const known = limiters.get(id)
    if (known !== undefined) return known
    const { default: Library } = await import('bottleneck')
    const limiter = new Library({ id, connection, minTime: apart, timeout: KEPT + apart })
    limiter.on('error', () => undefined)
    limiter.ready().catch(() => undefined)
    limiters.set(id, limiter)
    return limiter
  }

  /** Redis says how long to wait, and the rest happens here: what is bounded is how long it takes to say so. */
  #turn(limiter: Limiter): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const late = allow(this.#clock, PATIENCE, () => reject(new Error(`it did not answer within ${PATIENCE} ms`)))
    limiter.once('scheduled', () => late.cancel())
    limiter.schedule(async () => resolve()).catch(reject)
    return promise.finally(() => late.cancel())
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
 * A client of ours, also where the caller gave one, which is then only asked where the server is: bottleneck closes what it has. It does
 * not come back by itself, for its timers would keep the process alive; it is made anew when it is needed.
 */
async function ownClient(given: string | Redis): Promise<Redis> {
  const options = { retryStrategy: () => null, maxRetriesPerRequest: 0, connectTimeout: PATIENCE }
  const client = typeof given === 'string' ? new (await ioredis())(given, options) : given.duplicate(options)
  client.on('error', () => undefined)
  return client
}

/** The second connection that bottleneck makes, for what Redis announces: its types do not tell of it. */
function subscriberOf(connection: Bottleneck.IORedisConnection): Redis {
  return (connection as unknown as { readonly subscriber: Redis }).subscriber
}

/** Its socket does not keep the process alive: who waits for a start is kept by the wait. */
function unheld(client: Redis): void {
  client.on('connect', () => client.stream.unref?.())
}
