import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { HoldfastError } from '../../../src/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { given } from '../download/given.ts'

// Whatever takes the place of a refused archive is unpacked too.
const GZIP = { holdfast: { unpack: 'gzip' } } as const

async function good(response: Response): Promise<string> {
  const text = await response.text()
  if (!text.startsWith('good')) throw new Error(`no feed: ${JSON.stringify(text)}`)
  return text
}

test.each([
  ['memory', memory],
  ['sqlite', () => sqlite(':memory:')],
])('over %s: the parser of use, and who rejects, are given the content of the last good archive', async (_, open) => {
  await using g = await given({ tiers: [open()], retry: false })
  const url = g.origin.url('/f')
  g.origin.script('/f', inOrder(ok(gzipSync('good one')), ok(gzipSync('spoilt')), ok(gzipSync('bad'))))
  expect(await g.fetch.use(url, GZIP, good)).toBe('good one')
  expect(await g.fetch.use(url, GZIP, good)).toBe('good one')
  const bad = await g.fetch(url, { ...GZIP, cache: 'reload' })
  expect(await bad.clone().text()).toBe('bad')
  expect(await (await g.fetch.reject(bad, 'no feed')).text()).toBe('good one')
})

test('where that cannot be unpacked either, reject tells so as fetch would', async () => {
  await using g = await given({ retry: false, guards: false })
  g.origin.script('/f', inOrder(ok('no archive'), ok(gzipSync('spoilt'))))
  await g.fetch(g.origin.url('/f'))
  const spoilt = await g.fetch(g.origin.url('/f'), GZIP)
  await expect(g.fetch.reject(spoilt, 'no feed')).rejects.toThrow(expect.any(HoldfastError))
})
