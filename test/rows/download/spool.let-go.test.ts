import { readdirSync, readlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { createCachedFetch, type Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { gatedBody, ok } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { given } from './given.ts'
import { readerOf, take } from './reading.ts'
import { alive } from './weight.ts'

const body = pseudoRandom(12_000_000)

/** Spooled bodies that this process still has open: they have no name any more, so only the system knows. */
function spooled(): number {
  const open = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return 'closed while we looked'
    }
  })
  return open.filter((path) => /holdfast-[0-9a-f]{32}/.test(path)).length
}

/** Takes one body, and no more. */
function fillingUp(): Store {
  const store = sqlite(':memory:')
  let chunks = 0
  const refuse = async (): Promise<never> => {
    throw new Error('full')
  }
  const room = Math.ceil(body.length / (1024 * 1024))
  const set: Store['set'] = (key, value, options) =>
    key.startsWith('h1:c:') && ++chunks > room ? refuse() : store.set(key, value, options)
  return new Proxy(store, { get: (target, name) => (name === 'set' ? set : bound(target, name)) })
}

function bound(target: Store, name: string | symbol): unknown {
  const member: unknown = Reflect.get(target, name)
  return typeof member === 'function' ? member.bind(target) : member
}

test.skipIf(process.platform !== 'linux').each([
  ['once it has been read', () => memory({ maxEntryBytes: '512KB' }), 'read'],
  ['when its reader leaves', () => memory({ maxEntryBytes: '512KB' }), 'left'],
  ['when the same bytes are stored already', () => fillingUp(), 'read'],
] as const)('a spooled body is let go of %s', async (_, tier, then) => {
  await using g = await given({ tiers: [tier()] })
  g.origin.script('/f', ok(body))
  await (await g.fetch(g.origin.url('/f'))).bytes()
  const response = await g.fetch(g.origin.url('/f'))
  if (then === 'read') expect(sha256(await response.bytes())).toBe(sha256(body))
  else await response.body?.cancel()
  await g.fetch.idle()
  await expect.poll(spooled).toBe(0)
})

test('a spooled body stays for a slow reader of the stream when who waited for the whole has read it', async () => {
  await using g = await given({ tiers: [memory({ maxEntryBytes: '512KB' })] })
  const late = gatedBody(body, 1_000_000)
  g.origin.script('/f', late)
  const slow = readerOf(await g.fetch(g.origin.url('/f'), { holdfast: { delivery: 'streaming' } }))
  const whole = g.fetch(g.origin.url('/f'))
  const first = await take(slow, 1)
  await rounds()
  late.release()
  expect(sha256(await (await whole).bytes())).toBe(sha256(body))
  await rounds()
  expect(sha256(Buffer.concat([first, await take(slow, Number.POSITIVE_INFINITY)]))).toBe(sha256(body))
  expect(g.origin.hits()).toBe(1)
  if (process.platform === 'linux') await expect.poll(spooled).toBe(0)
})

test('a spooled body stays for who waited too, and whose own check ends when the first caller has read it', async () => {
  await using g = await given({ tiers: [memory({ maxEntryBytes: '512KB' })] })
  g.origin.script('/f', ok(body))
  const judgedBy = (verdict: Promise<void>) => g.fetch(g.origin.url('/f'), { holdfast: { check: () => verdict } })
  const late = Promise.withResolvers<void>()
  const [first, second] = [judgedBy(Promise.resolve()), judgedBy(late.promise)]
  expect(sha256(await (await first).bytes())).toBe(sha256(body))
  await rounds()
  late.resolve()
  expect(sha256(await (await second).bytes())).toBe(sha256(body))
  expect(g.origin.hits()).toBe(1)
  if (process.platform === 'linux') await expect.poll(spooled).toBe(0)
})

test.skipIf(process.platform !== 'linux')(
  'spooled bodies are let go of with an instance that is closed and dropped',
  async () => {
    const use = async (): Promise<void> => {
      const fetch = createCachedFetch({ tiers: [memory()], fetch: async () => new Response(body.subarray(0, 200_000)) })
      await (await fetch('https://h.test/f')).bytes()
      await fetch.close()
    }
    for (let n = 0; n < 5; n += 1) await use()
    await alive()
    // The last one may stand on the stack still.
    await expect.poll(spooled).toBeLessThan(2)
  },
)
