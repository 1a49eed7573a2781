import { expect, test } from 'vitest'
import { startChild } from '../../helpers/child.ts'
import {
  badLength,
  badRange,
  bomb,
  byRequest,
  chunked,
  closeDelimited,
  codingLie,
  cut,
  flip,
  garbage,
  gz,
  hang,
  hangUp,
  ok,
  poison,
  raw,
  redirect,
  reset,
  retryLater,
  type Step,
  shortLength,
  stall,
  stallHeaders,
  startOrigin,
  status,
  surplus,
} from '../../helpers/origin/index.ts'
import type { Order } from './children/strict.ts'

// P12: none of this leaves a rejection that nobody caught, or a warning of Node, whoever reads, drops or leaves.
const TEXT = 'some text that is long enough to be cut '.repeat(100)
const strong = { etag: '"1"', ranges: true }

const faults: Record<string, Step> = {
  cut: cut(TEXT, '50%'),
  'cut-resumable': cut(TEXT, '50%', strong),
  reset: reset(TEXT, '50%', strong),
  'reset-first': reset(),
  chunks: chunked(TEXT, { bad: 'size' }),
  short: shortLength(TEXT, TEXT.length + 10),
  long: shortLength(TEXT, TEXT.length - 10),
  length: badLength(TEXT, ['12abc']),
  eof: closeDelimited(TEXT, { cutAt: '50%' }),
  gzip: gz(TEXT, { truncate: '50%' }),
  crc: gz(TEXT, { corruptCrc: true }),
  lie: codingLie(TEXT),
  digest: flip(TEXT, 10, { digest: 'Repr-Digest' }),
  hang: hang(),
  'half-head': stallHeaders(ok(TEXT), 20),
  stall: stall(TEXT, 10, strong),
  'hang-up': hangUp(),
  garbage: garbage(),
  surplus: surplus(TEXT, 'x'.repeat(64)),
  poison: poison(TEXT),
  loop: redirect('/loop'),
  file: redirect('file:///etc/passwd'),
  429: retryLater('0'),
  503: status(503, {}, 'no'),
  404: status(404, {}, 'no'),
  416: byRequest(({ headers }) => (headers.range ? status(416) : cut(TEXT, '50%', strong))),
  'other-part': byRequest(({ headers }) => (headers.range ? badRange(TEXT, { says: 7 }, strong) : cut(TEXT, '50%', strong))),
  head: raw(`HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(10_000)}\r\n`),
  bomb: bomb(64 * 1024 * 1024),
  switch: raw('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
}

test.concurrent.each([
  ['memory', false],
  ['memory', true],
  ['sqlite', false],
  ['sqlite', true],
] as const)('over %s, with a version stored: %s', async (store, cached) => {
  await using origin = await startOrigin()
  for (const [name, step] of Object.entries(faults)) origin.script(`/${name}`, step)
  const nodeFlags = ['--unhandled-rejections=strict', '--trace-warnings']
  await using child = startChild(new URL('children/strict.ts', import.meta.url), {
    nodeFlags,
    env: { NODE_OPTIONS: undefined },
  })
  await child.message<string>()
  const order: Order = { urls: Object.keys(faults).map((name) => origin.url(`/${name}`)), store, cached }
  child.send(order)
  const { code, stderr } = await child.exit
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(await child.message<number>()).toBe(Object.keys(faults).length * 5 * 3)
})
