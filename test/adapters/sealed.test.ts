import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sealed } from '../../adapters/stores/sealed.ts'
import { sqlite } from '../../adapters/stores/sqlite.ts'
import { storeContract } from '../../adapters/testing/index.ts'
import { createCachedFetch, type Store } from '../../src/index.ts'
import { ok } from '../helpers/origin/index.ts'
import { fc } from '../policy/property.ts'
import { given } from '../rows/download/given.ts'
import { got } from '../rows/stores/given.ts'
import { scratch } from './scratch.ts'

const KEY = randomBytes(32)
const ways = { encrypt: { encrypt: KEY }, mac: { mac: KEY } } as const
const text = (value: Uint8Array | undefined): string => new TextDecoder().decode(value)
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

for (const [name, how] of Object.entries(ways))
  storeContract(`sealed, by ${name}`, async () => sealed(sqlite(':memory:'), how), { describe, test })

describe.each(Object.entries(ways))('%s', (_, how) => {
  test('any value comes back as it was, and no other', async () => {
    const store = sealed(sqlite(':memory:'), how)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.string({ minLength: 1, maxLength: 20 }), async (value, key) => {
        await store.set(key, value)
        expect(new Uint8Array((await store.get(key)) ?? [9])).toEqual(value)
        expect((await store.getMany([key, `${key}.`])).map((each) => each?.length)).toEqual([value.length, undefined])
      }),
      { numRuns: 100 },
    )
  })

  test('each bit flipped, each end cut, each other key: nothing of it is given out', async () => {
    const inner = sqlite(':memory:')
    const store = sealed(inner, how)
    await store.set('a', bytes('a secret of some length'))
    const there = (await inner.get('a')) ?? new Uint8Array()
    const spoilt: Uint8Array[] = []
    for (let bit = 0; bit < there.length * 8; bit += 1) {
      const copy = new Uint8Array(there)
      copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7))
      spoilt.push(copy)
    }
    for (let end = 0; end < there.length; end += 1) spoilt.push(there.slice(0, end))
    for (const value of spoilt) {
      await inner.set('a', value)
      expect((await store.get('a'))?.length).toBe(0)
    }
    await inner.set('b', there)
    expect((await store.get('b'))?.length).toBe(0)
    expect((await sealed(inner, how).get('b'))?.length).toBe(0)
  })

  test('a key that is replaced: the old one still opens, the new one closes', async () => {
    const inner = sqlite(':memory:')
    const [name] = Object.keys(how) as ['encrypt' | 'mac']
    const [old, next] = [randomBytes(32), randomBytes(32)]
    await sealed(inner, { [name]: old }).set('a', bytes('a'))
    const both = sealed(inner, { [name]: async () => [next, old] })
    expect(text(await both.get('a'))).toBe('a')
    await both.set('b', bytes('b'))
    expect((await sealed(inner, { [name]: old }).get('b'))?.length).toBe(0)
    expect(text(await sealed(inner, { [name]: next }).get('b'))).toBe('b')
  })

  test('wrong keys are refused by name, without a byte of them', async () => {
    const [name] = Object.keys(how) as ['encrypt' | 'mac']
    for (const wrong of [randomBytes(31), [], [KEY, randomBytes(5)], 'text']) {
      expect(() => sealed(sqlite(':memory:'), { [name]: wrong as Uint8Array })).toThrow(
        new RegExp(`sealed\\.${name}: .*32 bytes`),
      )
    }
    const late = sealed(sqlite(':memory:'), { [name]: async () => randomBytes(3) })
    await expect(late.get('a')).resolves.toBeUndefined()
    await expect(late.set('a', bytes('a'))).rejects.toThrow(TypeError)
  })

  test('a source that fails is asked again', async () => {
    const [name] = Object.keys(how) as ['encrypt' | 'mac']
    let asked = 0
    const source = async (): Promise<Uint8Array> => {
      asked += 1
      if (asked === 1) throw new Error('the key server is away')
      return KEY
    }
    const store = sealed(sqlite(':memory:'), { [name]: source })
    await expect(store.set('a', bytes('a'))).rejects.toThrow('away')
    await store.set('a', bytes('a'))
    await store.get('a')
    expect(asked).toBe(2)
  })
})

test.each([
  [
    'a key instead of options',
    [sqlite(':memory:'), 'my secret key'],
    /^sealed: its options are string\. Give an object with any of encrypt, mac\.$/,
  ],
  ['no options', [sqlite(':memory:')], /^sealed: its options are undefined\. Give an object/],
  ['null', [sqlite(':memory:'), null], /^sealed: its options are null\./],
  ['no store', [undefined, { encrypt: KEY }], /^sealed: the first argument is no store\. Give one, for instance sealed\(folder/],
])('%s: refused, with the cure, and no key is told', (_, args, message) => {
  expect(() => Reflect.apply(sealed, undefined, args)).toThrow(message)
})

test('exactly one of both, and nothing else', () => {
  expect(() => sealed(sqlite(':memory:'), {})).toThrow(/exactly one of encrypt and mac/)
  expect(() => sealed(sqlite(':memory:'), { encrypt: KEY, mac: KEY })).toThrow(/exactly one/)
  // @ts-expect-error there is no such option
  expect(() => sealed(sqlite(':memory:'), { key: KEY })).toThrow(/no option "key"/)
})

test.each([100, 300_000, 3_000_000])(
  'as a tier: what is on the disk does not show a body of %i bytes, and it is answered whole',
  async (size) => {
    const file = join(scratch('disk'), 'cache.db')
    const text = 'a text that is easily found '.repeat(size / 28)
    await using g = await given({ tiers: [sealed(sqlite(file), { encrypt: KEY })], ttl: '1h' })
    g.origin.script('/f', ok(text))
    expect(await got(await g.fetch(g.origin.url('/f')))).toBe(`${text} (miss)`)
    expect(await got(await g.fetch(g.origin.url('/f')))).toBe(`${text} (hit)`)
    await g.fetch.close()
    expect(readFileSync(file).includes('easily')).toBe(false)
    expect(readFileSync(file).includes('127.0.0.1')).toBe(false)
  },
)

test('as a tier, with another key: a miss with a warning, never garbage, and afterwards all is well', async () => {
  const file = join(scratch('disk'), 'cache.db')
  const open = (key: Uint8Array): Store[] => [sealed(sqlite(file), { encrypt: key })]
  await using g = await given({ tiers: open(KEY), ttl: '1h' })
  g.origin.script('/f', ok('v1'), ok('v2'))
  await got(await g.fetch(g.origin.url('/f')))
  await using other = createCachedFetch({ tiers: open(randomBytes(32)), ttl: '1h', clock: g.clock })
  const warnings: string[] = []
  other.on('warning', ({ warning }) => warnings.push(warning))
  expect(await got(await other(g.origin.url('/f')))).toBe('v2 (miss)')
  expect(warnings).toContainEqual(expect.stringContaining('a record is not used'))
  expect(await got(await other(g.origin.url('/f')))).toBe('v2 (hit)')
})
