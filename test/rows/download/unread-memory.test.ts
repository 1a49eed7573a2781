import { expect, test } from 'vitest'
import { startChild } from '../../helpers/child.ts'
import { sha256 } from '../../helpers/digest.ts'
import { byRequest, ok, startOrigin } from '../../helpers/origin/index.ts'
import type { Order, Report } from './children/unread.ts'
import { given } from './given.ts'
import { alive } from './weight.ts'

// C05: bodies that are never read cost neither sockets nor memory, also where nothing but memory keeps them.
const MIB = 1024 * 1024
const bodyOf = (name: string): Uint8Array => Buffer.alloc(MIB, `body ${name} `)

test.each(['whole', 'streaming'] as const)('200 x 1 MB, kept and never read, %s, over a memory of 16 MB', async (delivery) => {
  await using origin = await startOrigin()
  origin.script(
    '/f',
    byRequest(({ path }) => ok(bodyOf(path.slice(path.indexOf('?') + 1)))),
  )
  await using child = startChild(new URL('children/unread.ts', import.meta.url), { nodeFlags: ['--expose-gc'] })
  await child.message<string>()
  child.send({ url: origin.url('/f'), count: 200, delivery } satisfies Order)
  const { grownMiB, first, openFiles } = await child.message<Report>()
  console.info(`C05, ${delivery}: ${grownMiB.toFixed(0)} MiB for 200 unread bodies of 1 MB; ${openFiles} files open after them`)
  // The tier's own 16, and as much again for what came with them.
  expect(grownMiB).toBeLessThan(32)
  expect(first).toBe(sha256(bodyOf('0')))
  // A few that the tier's own bodies have, and the collector has not come to yet.
  expect(openFiles).toBeLessThan(40)
})

test('50 x 1 MB that no tier takes, and that nobody reads, leave no file open when nobody has their Responses', async () => {
  await using origin = await startOrigin()
  origin.script('/f', ok(bodyOf('large')))
  await using child = startChild(new URL('children/unread.ts', import.meta.url), { nodeFlags: ['--expose-gc'] })
  await child.message<string>()
  child.send({ url: origin.url('/f'), count: 50, delivery: 'whole', maxEntryBytes: 500_000 } satisfies Order)
  const { first, openFiles } = await child.message<Report>()
  expect(first).toBe(sha256(bodyOf('large')))
  expect(openFiles).toBeLessThan(20)
})

test.each([60_000, 1_000_000])('hits of %i bytes, kept and not read, have no copy of the body each', async (size) => {
  await using g = await given({ ttl: '1h' })
  g.origin.script('/f', ok(Buffer.alloc(size, 'x')))
  await (await g.fetch(g.origin.url('/f'))).bytes()
  const before = await alive()
  const kept = await Promise.all(Array.from({ length: 400 }, () => g.fetch(g.origin.url('/f'))))
  const grown = (await alive()) - before
  console.info(`C05, hits of ${size} bytes: ${grown.toFixed(1)} MiB for ${kept.length} kept Responses`)
  expect(grown).toBeLessThan(8)
  expect(sha256(await (kept[0] as Response).bytes())).toBe(sha256(Buffer.alloc(size, 'x')))
})
