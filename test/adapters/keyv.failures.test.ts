import { EventEmitter } from 'node:events'
import Keyv6 from 'keyv'
import Keyv5 from 'keyv5'
import { describe, expect, test } from 'vitest'
import { keyv } from '../../adapters/stores/keyv.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

/** A back end that fails as it is told. */
function failing(how: { get?: () => unknown; set?: () => unknown; delete?: () => unknown }): Map<string, unknown> & EventEmitter {
  const map = new Map<string, unknown>()
  const fault = new EventEmitter() as Map<string, unknown> & EventEmitter
  return Object.assign(fault, {
    opts: {},
    get: async (key: string) => (how.get ? how.get() : map.get(key)),
    set: async (key: string, value: unknown) => (how.set ? how.set() : map.set(key, value) === map),
    delete: async (key: string) => (how.delete ? how.delete() : map.delete(key)),
    has: async (key: string) => map.has(key),
    clear: async () => map.clear(),
  })
}

const broken = (): never => {
  throw new Error('the server is away')
}

describe.each([
  ['Keyv 5', (store: object) => new Keyv5({ store })],
  ['Keyv 6', (store: object) => new Keyv6({ store: store as never })],
  ['a bare adapter', (store: object) => store],
])('keyv over %s: failures are failures', (_name, wrap) => {
  test('a read that fails is no miss', async () => {
    await expect(keyv(wrap(failing({ get: broken }))).get('a')).rejects.toMatchObject({
      code: 'STORE',
      message: /^keyv: .+ \(the server is away\)$/,
    })
  })

  test('a write that fails, is refused, or is lost without a word', async () => {
    for (const [set, message] of [
      [broken, /\(the server is away\)$/],
      [() => false, /refused/],
      [() => true, /does not have it/],
    ] as const) {
      await expect(keyv(wrap(failing({ set }))).set('a', bytes(1))).rejects.toMatchObject({ code: 'STORE', message })
      await expect(keyv(wrap(failing({ set }))).setMany([{ key: 'a', value: bytes(1) }])).rejects.toMatchObject({ code: 'STORE' })
    }
  })

  test('a deletion that fails, or does nothing', async () => {
    for (const [how, message] of [
      [{ delete: broken }, /\(the server is away\)$/],
      [{ delete: () => false }, /did not delete a$/],
    ] as const) {
      const store = keyv(wrap(failing(how)))
      await store.set('a', bytes(1))
      await expect(store.delete(['a'])).rejects.toMatchObject({ code: 'STORE', message })
    }
    await keyv(wrap(failing({ delete: () => false }))).delete(['never there'])
  })

  test('without an iterator its keys cannot be listed, and it says so', async () => {
    const store = keyv(wrap(failing({})))
    await store.set('h1:e:a', bytes(1))
    await expect(Array.fromAsync(store.keys('h1:'))).rejects.toThrow(
      /^keyv: its back end has no iterator, so its keys cannot be listed$/,
    )
  })
})
