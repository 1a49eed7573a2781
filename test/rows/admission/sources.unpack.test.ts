import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { ok } from '../../helpers/origin/index.ts'
import { rejection } from '../download/given.ts'
import { ask } from './judging.ts'
import { places } from './places.ts'

const whole = gzipSync('id,value\n1,2\n')
const cut = whole.subarray(0, whole.length - 9)

const spoilt: [string, Buffer][] = [
  ['cut', cut],
  ['a page', Buffer.from('<html><body>Back soon</body></html>')],
  ['not packed', Buffer.from('id,value\n1,2\n')],
]

test.each(spoilt)('the first archive ever is %s: the next place is asked, and its answer is the version', async (_, bad) => {
  await using p = await places(ok(bad), ok(whole), { ttl: '1h', unpack: 'gzip' })
  const sources = [p.other.url('/m')]
  expect(await ask(p.g, { holdfast: { sources } })).toEqual({ status: 200, text: 'id,value\n1,2\n', outcome: 'miss' })
  expect(await ask(p.g, { holdfast: { sources } })).toMatchObject({ text: 'id,value\n1,2\n', outcome: 'hit' })
  expect([p.g.origin.hits(), p.other.hits()]).toEqual([1, 1])
})

test('none of the places has a whole one: REJECTED; the guard is off: BAD_ENCODING, and nobody else is asked', async () => {
  await using p = await places(ok(cut), ok('no archive'), { ttl: '1h' })
  const sources = [p.other.url('/m')]
  const refused = await rejection(p.g.fetch(p.g.origin.url('/f'), { holdfast: { sources, unpack: 'gzip' } }))
  expect(refused).toMatchObject({ code: 'REJECTED', message: expect.stringContaining('unexpected end of file') })
  expect([p.g.origin.hits(), p.other.hits()]).toEqual([1, 1])
  expect(await (await p.g.fetch(p.g.origin.url('/f'))).bytes()).toEqual(new Uint8Array(cut))
  const off = { holdfast: { sources, unpack: 'gzip', guards: { format: 'off' }, key: 'off' } } as const
  expect((await rejection(p.g.fetch(p.g.origin.url('/f'), off))).code).toBe('BAD_ENCODING')
  expect([p.g.origin.hits(), p.other.hits()]).toEqual([3, 1])
})
