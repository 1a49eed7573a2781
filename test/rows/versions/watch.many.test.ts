import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch } from '../../../src/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { counted } from './counted.ts'

const WATCHES = 50

test('a download is looked for by who watches it, and not by all who watch something else', async () => {
  const { store, reads } = counted(sqlite(':memory:'))
  const clock = manualClock()
  let n = 0
  const answer = async (): Promise<Response> => new Response(`text ${n++}`)
  const fetch = createCachedFetch({ tiers: [store], ttl: 0, clock, retry: false, fetch: answer })
  const url = 'https://h.test/list.csv'
  const others = Array.from({ length: WATCHES }, (_, nth) => fetch.watch(`https://h.test/${nth}`)[Symbol.asyncIterator]())
  const own = fetch.watch(url)[Symbol.asyncIterator]()
  const news = own.next()
  const waiting = others.map((watch) => watch.next())
  await fetch(url)
  expect(await news).toMatchObject({ done: false, value: { version: { url } } })
  await rounds()
  const before = reads()
  await fetch(url)
  await rounds()
  expect(reads() - before).toBeLessThan(WATCHES / 2)
  expect(await own.next()).toMatchObject({ value: { previous: { size: 6 } } })
  await fetch.close()
  await Promise.all(waiting)
})
