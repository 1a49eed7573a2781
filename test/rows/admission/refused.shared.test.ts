import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import { type CachedFetch, createCachedFetch, inspect, type Options, type StandardSchema } from '../../../src/index.ts'
import { gate, status } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { codeOf, seen } from '../download/given.ts'
import { anOrigin, folder } from '../stores/given.ts'
import { good, json, page } from './judging.ts'

const yes = { ok: true }
const no = { ok: false }

/** Instances over one file, each with the memory of its own, all on one clock. */
function overOneFile(): { open: (options: Options) => CachedFetch; advance: (ms: number) => Promise<void>; clock: ManualClock } {
  const clock = manualClock()
  const file = join(folder(), 'cache.db')
  const opened: CachedFetch[] = []
  onTestFinished(async () => {
    for (const one of opened) await one.close()
  })
  const open = (options: Options): CachedFetch => {
    const one = createCachedFetch({ tiers: [memory(), sqlite(file)], clock, random: () => 0, ttl: 0, ...options })
    opened.push(one)
    return one
  }
  return { open, advance: (ms) => clock.advance(ms), clock }
}

async function reason(fetch: CachedFetch, url: string): Promise<{ text: string; code: string; message: string }> {
  const response = await fetch(url)
  const found = inspect(response)
  if (found?.outcome !== 'fallback') throw new Error(`the outcome is ${found?.outcome}`)
  return { text: await response.text(), code: codeOf(found.error), message: found.error.message }
}

describe('a verdict lives in the store', () => {
  test('another instance refuses the same bytes at once, with the same reason, and asks nobody', async () => {
    const [origin, { open, advance }, first, second] = [await anOrigin(), overOneFile(), good(), good()]
    origin.script('/f', json(yes), json(no))
    const url = origin.url('/f')
    const a = open({ schema: first })
    await seen(a(url))
    await advance(1_000)
    const told = await reason(a, url)
    await a.idle()
    await advance(31_000)
    const b = open({ schema: second })
    expect(await reason(b, url)).toEqual(told)
    expect(told).toMatchObject({ text: JSON.stringify(yes), code: 'REJECTED', message: expect.stringContaining('is not true') })
    expect([first.asked, second.asked, origin.hits()]).toEqual([[yes, no], [], 3])
  })

  test('after a restart too, and then for a caller who has no schema at all', async () => {
    const [origin, { open, advance }] = [await anOrigin(), overOneFile()]
    origin.script('/f', json(yes), json(no))
    const url = origin.url('/f')
    const earlier = open({ schema: good() })
    await seen(earlier(url))
    await advance(1_000)
    await reason(earlier, url)
    await earlier.close()
    await advance(31_000)
    expect(await reason(open({}), url)).toMatchObject({ text: JSON.stringify(yes), code: 'REJECTED' })
  })

  test('and with nothing good stored: REJECTED with the reason, after a restart', async () => {
    const [origin, { open, advance }, schema] = [await anOrigin(), overOneFile(), good()]
    origin.script('/f', json(no))
    const earlier = open({ schema: good() })
    expect(await seen(earlier(origin.url('/f')))).toEqual({ rejected: 'REJECTED' })
    await earlier.close()
    await advance(31_000)
    const error = await open({ schema })(origin.url('/f')).catch((thrown: unknown) => thrown as Error)
    expect([codeOf(error), (error as Error).message]).toEqual(['REJECTED', expect.stringContaining('is not true')])
    expect(schema.asked).toEqual([])
  })

  test('the cool-down holds for the other instance', async () => {
    const [origin, { open, advance }] = [await anOrigin(), overOneFile()]
    origin.script('/f', json(yes), json(no))
    const url = origin.url('/f')
    const a = open({ schema: good() })
    await seen(a(url))
    await advance(1_000)
    await reason(a, url)
    await a.idle()
    expect(await reason(open({ schema: good() }), url)).toMatchObject({ code: 'REJECTED' })
    expect(origin.hits()).toBe(2)
  })

  test('a page that a guard refused is not judged anew by who has the guards off', async () => {
    const [origin, { open, advance }] = [await anOrigin(), overOneFile()]
    origin.script('/f', json(yes), page())
    const url = origin.url('/f')
    const a = open({})
    await seen(a(url))
    await advance(1_000)
    await reason(a, url)
    await advance(31_000)
    expect(await reason(open({ guards: false }), url)).toMatchObject({ text: JSON.stringify(yes), code: 'REJECTED' })
  })

  test('the same bytes at another URL are another entry: they are judged there', async () => {
    const [origin, { open }, schema] = [await anOrigin(), overOneFile(), good()]
    origin.script('/f', json(no))
    origin.script('/g', json(no))
    const fetch = open({ schema })
    await seen(fetch(origin.url('/f')))
    expect(await seen(open({})(origin.url('/g')))).toMatchObject({ text: JSON.stringify(no), outcome: 'miss' })
    expect(schema.asked).toEqual([no])
  })
})

describe('two instances at one time', () => {
  test('one refuses while the other has the good version in memory: neither serves the bad one', async () => {
    const [origin, { open, advance }] = [await anOrigin(), overOneFile()]
    origin.script('/f', json(yes), json(no), status(503))
    const url = origin.url('/f')
    const [a, b] = [open({ schema: good() }), open({ schema: good(), retry: false })]
    await seen(a(url))
    await advance(1_000)
    await seen(b(url))
    expect([(await seen(a(url))).text, (await seen(b(url))).text]).toEqual([JSON.stringify(yes), JSON.stringify(yes)])
    await advance(31_000)
    expect([(await seen(a(url))).text, (await seen(b(url))).text]).toEqual([JSON.stringify(yes), JSON.stringify(yes)])
  })

  test('both download the bad bytes, one hundred callers each: one good text for all', async () => {
    const [origin, { open, advance, clock }] = [await anOrigin(), overOneFile()]
    const late = gate(json(no))
    origin.script('/f', json(yes), late)
    const url = origin.url('/f')
    const schema: StandardSchema = good()
    const both = [open({ schema }), open({ schema })]
    await seen((both[0] as CachedFetch)(url))
    await advance(1_000)
    const calls = both.flatMap((fetch) => Array.from({ length: 100 }, () => seen(fetch(url))))
    await late.arrived
    late.release()
    const texts = new Set(
      (await turnUntil(clock, Promise.all(calls), { step: 10 })).map(({ text, outcome }) => `${text} ${outcome}`),
    )
    expect([...texts]).toEqual([`${JSON.stringify(yes)} fallback`])
  })
})
