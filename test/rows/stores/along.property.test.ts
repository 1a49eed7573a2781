import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import { type CachedFetch, inspect, type Store } from '../../../src/index.ts'
import { fc } from '../../policy/property.ts'
import { anInstance } from './given.ts'

// The record that goes along with an entry, and what stays in hand of it, are shortcuts: whoever has neither gets the same answer.

const URL_ASKED = 'https://example.org/f'
const LANGUAGES = ['de', 'en']

/** Goes along; too large to go along; stands by itself. */
const SIZES = [100, 20_000, 70_000]

const isEntry = (key: string): boolean => key.startsWith('h1:e:')

/** The same record with nothing behind its JSON. */
function alone(value: Uint8Array): Uint8Array {
  const record = Buffer.from(value)
  const end = 12 + record.readUInt32BE(4)
  record.writeUInt32BE(crc32(record.subarray(12, end)), 8)
  return record.subarray(0, end)
}

/** A store as one sees it who wrote entries with nothing along. */
function withoutShortcuts(store: Store): Store {
  const seen = (key: string, value: Uint8Array | undefined): Uint8Array | undefined =>
    value !== undefined && isEntry(key) ? alone(value) : value
  const { glance: _glance, stamp: _stamp, ...slow } = store
  return {
    ...slow,
    get: async (key) => seen(key, await store.get(key)),
    getMany: async (keys, options) => {
      const values = await store.getMany(keys, options)
      return values.map((value, n) => seen(keys[n] ?? '', value))
    },
  }
}

interface Step {
  readonly what: 'put' | 'again' | 'failed' | 'valid' | 'invalidate' | 'delete' | 'later'
  readonly who: number
  readonly language: number
  readonly size: number
}

const steps = fc.array(
  fc.record<Step>({
    what: fc.constantFrom('put', 'put', 'put', 'again', 'failed', 'valid', 'invalidate', 'delete', 'later'),
    who: fc.nat(1),
    language: fc.nat(1),
    size: fc.nat(SIZES.length - 1),
  }),
  { minLength: 2, maxLength: 8 },
)

const asked = (language: number): { headers: Record<string, string> } => ({
  headers: { 'accept-language': LANGUAGES[language] ?? '' },
})

async function answerOf(fetch: CachedFetch, language: number): Promise<{ text?: string } & Record<string, unknown>> {
  try {
    const response = await fetch(URL_ASKED, { ...asked(language), cache: 'only-if-cached' })
    return { outcome: inspect(response)?.outcome, headers: [...response.headers], text: await response.text() }
  } catch (error) {
    expect(error).toMatchObject({ code: 'NOT_CACHED' })
    return {}
  }
}

/** What the origin says next. */
interface Origin {
  text: string
  etag: string
}

async function take(
  fetch: CachedFetch,
  { what, language, size }: Step,
  { n, origin }: { n: number; origin: Origin },
): Promise<void> {
  const init = asked(language)
  if (what === 'put' || what === 'again') {
    const known = what === 'again' ? (await answerOf(fetch, language)).text : undefined
    origin.text = known ?? `${n} `.padEnd(SIZES[size] ?? 0, LANGUAGES[language])
    origin.etag = `"${n}"`
    await (await fetch(URL_ASKED, { ...init, cache: 'reload' })).text()
  } else if (what === 'invalidate') await fetch.cache.invalidate({ url: URL_ASKED })
  else if (what === 'delete') await fetch.cache.delete({ url: URL_ASKED })
  // There may be no version to label.
  else if (what !== 'later')
    await fetch
      .entry(URL_ASKED, init)
      .label(what, { reason: 'said so' })
      .catch(() => undefined)
}

test.each([
  ['remote', { remote: true, shared: true }],
  ['here', { remote: false, shared: false }],
])(
  'a store that is %s: after any steps of two processes, a look-up with shortcuts and one without give the same',
  async (_, kind) => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const clock = manualClock()
        const file = sqlite(':memory:', { clock })
        const { glance, stamp } = file
        const quick = kind.remote || glance === undefined || stamp === undefined ? {} : { glance, stamp }
        const store = (): Store => ({ ...chaos(file, {}), ...kind, ...quick, close: async () => undefined })
        const origin: Origin = { text: '', etag: '' }
        const headers = (): Record<string, string> => ({
          'cache-control': 'public, max-age=60',
          vary: 'accept-language',
          etag: origin.etag,
        })
        const answer = async (): Promise<Response> => new Response(origin.text, { headers: headers() })
        const options = { clock, storeTimeout: '60s', fetch: answer as typeof fetch }
        const users = [0, 1].map(() => anInstance({ ...options, tiers: [store()] }))
        for (const [n, step] of all.entries()) {
          await clock.advance(step.what === 'later' ? 40_000 : 5)
          const user = users[step.who] as CachedFetch
          await take(user, step, { n, origin })
          await user.idle()
          for (const language of [0, 1]) {
            const without = anInstance({ ...options, tiers: [withoutShortcuts(store())] })
            const right = await answerOf(without, language)
            if (right.text !== undefined) found++
            const cold = anInstance({ ...options, tiers: [store()] })
            expect(await answerOf(cold, language), 'what goes along').toEqual(right)
            for (const warm of users) expect(await answerOf(warm, language), 'what is in hand').toEqual(right)
            await Promise.all([without.close(), cold.close()])
          }
        }
        await Promise.all(users.map((user) => user.close()))
        await file.close()
      }),
      { numRuns: 60 },
    )
    expect(found).toBeGreaterThan(100)
  },
)
