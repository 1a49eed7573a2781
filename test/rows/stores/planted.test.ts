import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { cut, inOrder, ok, status } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, got, heard } from './given.ts'

test("another URL's records, all of them and whole, under this URL's keys: a miss, for a record names its own key", async () => {
  const origin = await anOrigin()
  for (const path of ['/mine', '/other']) origin.script(path, ok(path, { headers: { 'cache-control': 'max-age=3600' } }))
  const store = sqlite(':memory:')
  const fetch = anInstance({ tiers: [store] })
  const entries = async (): Promise<string[]> => {
    const keys: string[] = []
    for await (const key of store.keys('h1:e:')) keys.push(key)
    return keys
  }
  await (await fetch(origin.url('/mine'))).text()
  const [mine = ''] = await entries()
  await (await fetch(origin.url('/other'))).text()
  const other = (await entries()).find((key) => key !== mine) ?? ''
  const [from, to] = [other, mine].map((key) => key.slice('h1:e:'.length))
  for (const kind of ['e', 'v']) {
    for await (const key of store.keys(`h1:${kind}:${from}`)) {
      await store.set(key.replace(from ?? '', to ?? ''), (await store.get(key)) ?? new Uint8Array(0))
    }
  }
  expect(await got(await fetch(origin.url('/mine')))).toBe('/mine (miss)')
  expect(origin.hits('/mine')).toBe(2)
})

/** The record with another text, under the checksum that belongs to it. */
function rewritten(record: Uint8Array, change: (text: string) => string): Uint8Array {
  const text = Buffer.from(change(Buffer.from(record).toString('utf8', 12)))
  const bytes = Buffer.concat([record.subarray(0, 12), text])
  bytes.writeUInt32BE(text.length, 4)
  bytes.writeUInt32BE(crc32(bytes.subarray(12)), 8)
  return bytes
}

test.each<[string, string | RegExp, string]>([
  ['a reason that is no text', '"reason":"wrong"', '"reason":{"toString":5}'],
  ['a time that no date has', '"checkedAt":', '"checkedAt":9e15,"was":'],
  ['an attempt at no time', '"attempts":[{"at":', '"attempts":[{"is":'],
  ['an attempt at no place', /("ms":\d+),"url":/, '$1,"place":'],
  ['an error of an attempt that says nothing', '"error":{"code"', '"error":{"said"'],
])('%s, in an entry of which all else is right: a miss with a warning, and no error of any call', async (_name, from, to) => {
  const origin = await anOrigin()
  origin.script('/f', inOrder(ok('bad'), status(503), ok('good')))
  const store = sqlite(':memory:')
  const filling = anInstance({ tiers: [store], retry: false, fallback: false })
  const entry = filling.entry(origin.url('/f'))
  await (await filling(origin.url('/f'))).text()
  await entry.label('failed', { reason: 'wrong' })
  await filling(origin.url('/f'), { holdfast: { expect: { size: 3 } } }).catch(() => undefined)
  const [key = ''] = await Array.fromAsync(store.keys('h1:e:'))
  const now = (await store.get(key)) ?? new Uint8Array()
  const fetch = anInstance({ tiers: [store], retry: false })
  const warnings = heard(fetch, 'warning')
  await store.set(
    key,
    rewritten(now, (text) => text.replace(from, to)),
  )
  expect(await fetch.entry(origin.url('/f')).explain()).toContain('no version')
  expect(await got(await fetch(origin.url('/f')))).toBe('good (miss)')
  expect(warnings[0]?.warning).toContain('it is no record of its kind')
})

test.each([
  ['fields that are none', '["date"', '["no name"'],
  ['a time that is none', /"requestedAt":\d+/, '"requestedAt":{}'],
])('a part of a body that broke, under a head with %s, is not gone on with', async (_name, from, to) => {
  const origin = await anOrigin()
  const [body, head] = [Buffer.alloc(3 * 1024 * 1024, 'whole'), { headers: { etag: '"1"' }, ranges: true }]
  origin.script('/f', inOrder(cut(body, 2.5 * 1024 * 1024, head), ok(body, head)))
  const store = sqlite(':memory:')
  const fetch = anInstance({ tiers: [store], retry: false })
  await expect(fetch(origin.url('/f'))).rejects.toMatchObject({ code: 'TRUNCATED' })
  const [key = ''] = await Array.fromAsync(store.keys('h1:p:'))
  const text = Buffer.from((await store.get(key)) ?? []).toString()
  await store.set(key, Buffer.from(text.replace(from, to)))
  expect(body.equals(await (await fetch(origin.url('/f'))).bytes())).toBe(true)
  expect(origin.requests('/f')[1]?.headers.range).toBeUndefined()
})
