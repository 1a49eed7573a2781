import { describe, expect, test } from 'vitest'
import { inspect } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { readerOf, take } from '../download/reading.ts'
import { alive } from '../download/weight.ts'
import { DAY, history, places, textOf } from './histories.ts'

// Who reads a version, reads it to its end; then it goes (B124).
const BIG = pseudoRandom(3_000_000, 'read')

describe.each(places)('over %s', (name, tiers) => {
  test('half read, two newer ones stored, swept: the rest is right; after the end the next sweep removes it', async () => {
    await using g = await history(tiers(), { versions: { keep: 1 } })
    await g.brings(BIG)
    const held = await g.fetch(g.url, { cache: 'force-cache' })
    const reader = readerOf(held)
    const half = await take(reader, 1_000_000)
    await g.brings('2', '3')
    for (let n = 0; n < 3; n += 1) {
      await g.fetch.cache.sweep()
      await g.clock.advance(DAY)
    }
    const rest = await take(reader, Number.POSITIVE_INFINITY)
    expect(sha256(Buffer.concat([half, rest]))).toBe(sha256(BIG))
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['3'])
  })

  // Who reads out of memory has the bytes in hand, and the list need not wait for him.
  test.skipIf(name.startsWith('memory'))(
    'a version asked for by its id is held just so, and a reader that leaves holds nothing',
    async () => {
      await using g = await history(tiers(), { versions: { keep: 1 } })
      await g.brings(BIG)
      const version = await g.entry.version((await g.ids())[0] ?? '')
      const response = await version?.response()
      const reader = readerOf(response ?? new Response())
      await take(reader, 10)
      await g.brings('2')
      await g.fetch.cache.sweep()
      await g.fetch.cache.sweep()
      expect((await g.entry.versions()).map(({ size }) => size)).toEqual([1, BIG.length])
      await reader.cancel()
      await g.fetch.cache.sweep()
      expect(await g.texts()).toEqual(['2'])
    },
  )

  test.skipIf(name.startsWith('memory')).each([
    ['out of its tier', 'force-cache', 'whole'],
    ['behind its download', 'no-cache', 'streaming'],
  ] as const)('nor does one that forgets its stream, %s', async (_, cache, delivery) => {
    await using g = await history(tiers(), { versions: { keep: 1 } })
    g.origin.script('/f', ok(BIG))
    const forget = async (): Promise<void> => {
      await take(readerOf(await g.fetch(g.url, { cache, holdfast: { delivery } })), 10)
    }
    if (cache === 'force-cache') await g.brings(BIG)
    await forget()
    await g.fetch.idle()
    await g.brings('2')
    await alive()
    await g.fetch.cache.sweep()
    expect((await g.entry.versions()).map(({ size }) => size)).toEqual([1])
  })

  test('two readers of one version, each at its own pace, both right', async () => {
    await using g = await history(tiers(), { versions: { keep: 1 } })
    await g.brings(BIG)
    const version = await g.entry.version('latest')
    const [one, two] = [await version?.response(), await version?.response()]
    const reader = readerOf(one ?? new Response())
    const head = await take(reader, 1_500_000)
    expect(sha256(new Uint8Array((await two?.arrayBuffer()) ?? new ArrayBuffer(0)))).toBe(sha256(BIG))
    await g.brings('2')
    await g.fetch.cache.sweep()
    const tail = await take(reader, Number.POSITIVE_INFINITY)
    expect(sha256(Buffer.concat([head, tail]))).toBe(sha256(BIG))
  })

  test('what is gone is gone: its id is not found, its handle says so, and says it with a code', async () => {
    await using g = await history(tiers(), { versions: { keep: 1 } })
    await g.brings('1')
    const [first = ''] = await g.ids()
    const handle = await g.entry.version(first)
    await g.brings('2')
    await g.fetch.cache.sweep()
    expect(await g.entry.version(first)).toBeUndefined()
    expect(await textOf(g.entry, first)).toBe('(none)')
    // The handle reads no body by itself, so it holds none; it must not give another version instead.
    const outcome = await (handle as { response(): Promise<Response> }).response().then(
      async (response) => [inspect(response)?.outcome, await response.text()],
      (error: { code?: string }) => [error.code],
    )
    expect([['VERSION_NOT_FOUND'], ['hit', '1']]).toContainEqual(outcome)
  })
})
