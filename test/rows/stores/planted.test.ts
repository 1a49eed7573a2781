import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, got } from './given.ts'

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
