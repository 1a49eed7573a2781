import { join } from 'node:path'
import { KeyvSqlite } from '@keyv/sqlite'
import Keyv6 from 'keyv'
import Keyv5 from 'keyv5'
import { describe, expect, test } from 'vitest'
import { isKeyv } from '../../adapters/stores/keyv/shape.ts'
import { keyv } from '../../adapters/stores/keyv.ts'
import { memory } from '../../adapters/stores/memory.ts'
import { manualClock, storeContract } from '../../adapters/testing/index.ts'
import { scratch } from './scratch.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

const sqliteAdapter = (file: string): KeyvSqlite => new KeyvSqlite({ uri: `sqlite://${file}`, driver: 'node:sqlite', wal: true })

storeContract('Keyv 5 over a Map', async () => keyv(new Keyv5({ store: new Map() })), { describe, test })
storeContract('Keyv 6 over a Map', async () => keyv(new Keyv6({ store: new Map() })), { describe, test })
storeContract('Keyv 6 with a namespace', async () => keyv(new Keyv6({ store: new Map(), namespace: 'app' })), { describe, test })

let file = ''
const reopen = async () => keyv(new Keyv6({ store: sqliteAdapter(file) }), { name: 'keyv over sqlite' })
const openInFile = async () => {
  file = join(scratch('memory'), 'keyv.db')
  return reopen()
}
storeContract('Keyv 6 over @keyv/sqlite', openInFile, { describe, test, reopen })
storeContract('the adapter of @keyv/sqlite itself', async () => keyv(sqliteAdapter(join(scratch('memory'), 'keyv.db'))), {
  describe,
  test,
})

describe('keyv: what it is', () => {
  test('a Keyv and its adapters are known by what they can do; stores, Maps and others are none', () => {
    for (const one of [
      new Keyv5(),
      new Keyv6(),
      new Keyv6({ store: new Map() }),
      sqliteAdapter(join(scratch('memory'), 'a.db')),
    ]) {
      expect(isKeyv(one)).toBe(true)
    }
    for (const other of [memory(), new Map(), {}, null, undefined, 'keyv', new Headers()]) expect(isKeyv(other)).toBe(false)
  })

  test('over a Map it is in this process; over anything else it is taken for a shared server', () => {
    const facts = ({ durable, shared, remote }: { durable: boolean; shared: boolean; remote: boolean }) => [
      durable,
      shared,
      remote,
    ]
    for (const one of [new Keyv5(), new Keyv6(), new Keyv5({ store: new Map() })])
      expect(facts(keyv(one))).toEqual([false, false, false])
    const adapter = sqliteAdapter(join(scratch('memory'), 'a.db'))
    expect(facts(keyv(new Keyv6({ store: adapter })))).toEqual([true, true, true])
    expect(facts(keyv(adapter, { shared: false, remote: false }))).toEqual([true, false, false])
    expect(keyv(new Keyv6(), { name: 'mine' }).name).toBe('mine')
  })

  test.each([
    [new Map(), {}, /new Keyv\(\{ store: map \}\)/],
    [{}, {}, /no Keyv/],
    [new Keyv6(), { ttl: 5 }, /"ttl".*durable/],
    [new Keyv6(), { durable: 'yes' }, /keyv\.durable/],
    [new Keyv6(), { name: '' }, /keyv\.name/],
  ])('wrong options are refused: %#', (given, options, message) => {
    expect(() => keyv(given, options as object)).toThrow(message)
  })
})

describe.each([
  ['Keyv 5', Keyv5 as unknown as typeof Keyv6],
  ['Keyv 6', Keyv6],
])('keyv over %s: ends', (_name, Keyv) => {
  test('a default ttl of the instance does not end our values', async () => {
    const store = keyv(new Keyv({ store: new Map(), ttl: 1 }))
    await store.set('h1:e:a', bytes(1))
    const before = performance.now()
    while (performance.now() - before < 5) await new Promise((resolve) => setImmediate(resolve))
    expect(await store.get('h1:e:a')).toEqual(bytes(1))
  })

  test('the end is ours to judge, by our clock', async () => {
    const clock = manualClock()
    const store = keyv(new Keyv({ store: new Map() }), { clock })
    await store.set('h1:e:a', bytes(1), { expires: clock.now() + 1_000 })
    await clock.advance(999)
    expect(await store.get('h1:e:a')).toEqual(bytes(1))
    await clock.advance(1)
    expect(await store.get('h1:e:a')).toBeUndefined()
  })
})

describe('keyv: what stands there already', () => {
  test.each([
    ['nothing of ours', 'hello'],
    ['an object', { hello: 1 }],
    ['an array', [1]],
    ['another format', 'holdfast2:00000000::AQ=='],
    ['a wrong checksum', 'holdfast1:00000000::AQ=='],
    ['no end of it', 'holdfast1:'],
    ['null', null],
  ])('%s is a miss', async (_what, planted) => {
    const back = new Keyv6({ store: new Map() })
    await back.set('h1:e:a', planted)
    const store = keyv(back)
    expect(await store.get('h1:e:a')).toBeUndefined()
    await store.set('h1:e:a', bytes(5))
    expect(await store.get('h1:e:a')).toEqual(bytes(5))
  })

  test('a value that moved to another key is a miss', async () => {
    const back = new Keyv6({ store: new Map() })
    const store = keyv(back)
    await store.set('h1:e:a', bytes(1))
    await back.set('h1:e:b', await back.get('h1:e:a'))
    expect(await store.get('h1:e:b')).toBeUndefined()
  })

  test('a flipped character is a miss', async () => {
    const back = new Keyv6<string>({ store: new Map() })
    const store = keyv(back)
    await store.set('h1:e:a', bytes(1, 2, 3, 4, 5, 6))
    const text = (await back.get('h1:e:a')) as string
    for (let place = 0; place < text.length; place++) {
      await back.set('h1:e:a', `${text.slice(0, place)}${text[place] === 'A' ? 'B' : 'A'}${text.slice(place + 1)}`)
      expect(await store.get('h1:e:a'), `character ${place}`).toBeUndefined()
    }
  })

  test('a fence is refused: there are no leases to check it against', async () => {
    const store = keyv(new Keyv6())
    const lease = await memory().lease?.('l', 1_000)
    expect(store.lease).toBeUndefined()
    await expect(store.set('a', bytes(1), { fence: lease as never })).rejects.toThrow('grants no leases')
  })

  test('close lets go of the Keyv, which goes on', async () => {
    const back = new Keyv6({ store: new Map() })
    const store = keyv(back)
    await store.set('a', bytes(1))
    expect(back.listenerCount('error')).toBe(1)
    await store.close()
    expect(back.listenerCount('error')).toBe(0)
    await back.set('b', 'still there')
    expect(await back.get('b')).toBe('still there')
  })
})
