import { deflateRawSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { byRequest, type Coding, chunked, gz, ok, type Step } from '../../helpers/origin/index.ts'
import { given, inspected, seen } from './given.ts'
import { ended, lives, living, storeOld } from './stored.ts'

// T09 to T11 at their edges: where members, chunks and labels meet, and what the platform's fetch makes of the same bytes.
const TEXT = Array.from({ length: 400 }, (_, n) => `line ${n} ${(n * 7919) % 1013}\n`).join('')

test.each([1, 2, 7, 10, 18, 1_000])('members and their ends fall anywhere in chunks of %i bytes', async (chunkSize) => {
  await using g = await given({ retry: false })
  const members = Buffer.concat([gzipSync(TEXT), gzipSync(''), gzipSync(TEXT.slice(0, 100))])
  g.origin.script('/f', chunked(members, { chunkSize, headers: { 'Content-Encoding': 'gzip' } }))
  const response = await g.fetch(g.origin.url('/f'))
  expect((await response.text()) === TEXT + TEXT.slice(0, 100)).toBe(true)
  expect(inspected(response, 'miss').version.proven).toBe(true)
})

const label = (bytes: Uint8Array | string, coding: string): Step => ok(bytes, { headers: { 'Content-Encoding': coding } })
const odd: [string, Step][] = [
  ['an empty body that says gzip', label('', 'gzip')],
  ['an empty body that says br', label('', 'br')],
  ['deflate without its wrapper', label(deflateRawSync(TEXT), 'deflate')],
  ['gzip, identity', label(gzipSync(TEXT), 'gzip, identity')],
  ['an empty element in the list', label(gzipSync(TEXT), 'gzip, ')],
  ['spaces round the name', label(gzipSync(TEXT), '  gzip  ')],
  ['identity', label(TEXT, 'identity')],
  ['an empty field', label(TEXT, '')],
  ['mixed case', label(gzipSync(TEXT), 'GzIp')],
  ['two fields', ok(gzipSync(gzipSync(TEXT)), { headers: { 'Content-Encoding': ['gzip', 'gzip'] } })],
  ['a coding that nobody knows over gzip', label(gzipSync(TEXT), 'gzip, x-unknown')],
  ['a name with rubbish', label(gzipSync(TEXT), 'gzip;q=1')],
]
test.each(odd)('%s: as fetch has it, or an error; never other bytes', async (_, step) => {
  await using g = await given({ retry: false })
  g.origin.script('/f', step)
  const theirs = await fetch(g.origin.url('/f')).then(
    (response) => response.text(),
    () => 'an error',
  )
  const ours = await seen(g.fetch(g.origin.url('/f')))
  if (ours.text === undefined) expect(ours.rejected).toMatch(/^(BAD_ENCODING|PROTOCOL)$/)
  else expect(ours.text === theirs || ours.text === TEXT).toBe(true)
})

test.each(lives)(
  '$name: each coding by itself fails for ever, identity is right: the second request asks for it',
  async (life) => {
    await using g = await living(life)
    for (const coding of ['gzip', 'deflate', 'br', 'zstd'] as Coding[]) {
      const path = `/${coding}`
      await storeOld(g, life, path)
      g.origin.script(
        path,
        byRequest(({ headers }) => (headers['accept-encoding'] === 'identity' ? ok(TEXT) : gz(TEXT, { coding, truncate: -1 }))),
      )
      const { is, text } = await ended(g.fetch(g.origin.url(path)))
      expect([is, text === TEXT, g.origin.hits(path)]).toEqual(['miss', true, 2])
    }
  },
)
