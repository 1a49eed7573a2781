import { inspect } from 'node:util'
import { createClient } from '@redis/client'
import { expect, test } from 'vitest'
import { redis } from '../../../adapters/stores/redis.ts'
import type { Store } from '../../../src/model/store.ts'
import { startRedis } from '../../helpers/redis.ts'
import { describeRedis, sharedServer } from './servers.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

describeRedis('redis: the password stands in no error', () => {
  // Each with characters that a URL writes otherwise.
  const RIGHT = 'r1ght+p@ss/%w'
  const WRONG = 'wr0ng+p@ss/%w'
  const server = sharedServer(['--requirepass', RIGHT])

  const forms = (secret: string): string[] => [
    secret,
    encodeURIComponent(secret),
    encodeURI(secret),
    secret.replaceAll('@', '%40'),
  ]

  async function silent(store: Store, secret: string): Promise<string> {
    const errors: unknown[] = []
    const calls = [store.get('a'), store.set('a', bytes(1)), store.lease?.('a', 1_000), Array.fromAsync(store.keys(''))]
    for (const call of calls) await call?.catch((error: unknown) => errors.push(error))
    expect(errors.length).toBe(calls.length)
    const all = errors.map((error) => `${String(error)} ${inspect(error, { depth: 12, showHidden: true })}`).join('\n')
    for (const form of forms(secret)) expect(all).not.toContain(form)
    await store.close()
    return all
  }

  test('a wrong one, none, and the right one', async () => {
    const { port } = server()
    const at = (secret: string): string => `redis://:${encodeURIComponent(secret)}@127.0.0.1:${port}`
    const said = await silent(redis(at(WRONG)), WRONG)
    expect(said).toMatch(`redis (127.0.0.1:${port}): it did not accept the user name and password (WRONGPASS`)
    expect(await silent(redis({ socket: { host: '127.0.0.1', port }, password: WRONG }), WRONG)).toMatch('WRONGPASS')
    expect(await silent(redis(server().url), RIGHT)).toMatch('it did not accept the user name and password (NOAUTH')
    expect(await silent(redis(createClient({ url: at(WRONG) })), WRONG)).toMatch('WRONGPASS')
    const store = redis(at(RIGHT))
    await store.set('a', bytes(1))
    await store.close()
  })

  test('a server that is not there, by each kind of address', async () => {
    const password = WRONG
    const url = `redis://user:${encodeURIComponent(WRONG)}@127.0.0.1:1`
    for (const given of [url, { url }, { rootNodes: [{ url }] }, { rootNodes: [{ url }], defaults: { password } }])
      expect(await silent(redis(given), WRONG)).toContain('cannot be reached')
  })

  test('what is no address at all', async () => {
    const refused = [
      `redis://user:${WRONG}@127.0.0.1:port`,
      `http://user:${WRONG}@127.0.0.1`,
      `user:${WRONG}@127.0.0.1`,
      { url: `redis://user:${WRONG}@127.0.0.1:port` },
      [`redis://user:${WRONG}@127.0.0.1`],
      { rootNodes: [{ url: `redis://user:${WRONG}@127.0.0.1` }] },
      `redis://user:wr0ng@127.0.0.1:port`,
      { rootNodes: [{ url: `redis://user:wr0ng@127.0.0.1:port` }] },
    ]
    for (const given of refused) {
      const thrown = await Promise.try(() => redis(given)).catch((error: unknown) => error)
      expect(thrown).toBeInstanceOf(TypeError)
      expect(inspect(thrown, { depth: 12, showHidden: true })).not.toContain('wr0ng')
    }
  })

  test('a server that repeats what it was told', async () => {
    await using odd = await startRedis(['--rename-command', 'EVAL', '', '--rename-command', 'EVALSHA', ''])
    const store = redis(odd.url)
    const error = await store.lease?.(`secret ${WRONG}`, 1_000).catch((why: unknown) => why)
    expect(error).toMatchObject({ code: 'STORE', message: expect.stringMatching(/too old or restricted.*unknown command/) })
    expect(inspect(error, { depth: 12, showHidden: true })).not.toContain('wr0ng')
    await store.close()
  })
})
