import { type CachedFetch, HoldfastError } from '../../../../src/index.ts'
import { pseudoRandom } from '../../../helpers/digest.ts'
import { cut, notModified, type Origin, ok } from '../../../helpers/origin/index.ts'

/** A record holds the first, one value the second, and a file or three values the third. */
const SIZES = { 'a small body': 200, 'a body of 300 KB': 300_000, 'a body of two chunks': 1_300_000 } as const

type Size = keyof typeof SIZES

/** The bytes before, and those after. */
export interface Bytes {
  readonly old: Buffer
  readonly new: Buffer
}

const BYTES = Object.fromEntries(
  Object.entries(SIZES).map(([name, size]) => [
    name,
    { old: pseudoRandom(size, `old ${name}`), new: pseudoRandom(size, `new ${name}`) },
  ]),
) as Record<Size, Bytes>

/** What one run has to do with. */
export interface Run {
  readonly origin: Origin
  /** Of this run alone. */
  readonly path: string
  readonly url: string
  /** With the store that is going to fail. */
  readonly fetch: CachedFetch
}

export interface Scenario {
  readonly name: string
  readonly bytes: Bytes
  /** What the origin has, and what is done while the store is well, by an instance of its own. */
  readonly before: (run: Run) => Promise<void>
  /** What is done while it is not; a Response to be read, or what it rejects with. */
  readonly act: (run: Run) => Promise<Response>
  /** What the caller must get. */
  readonly gives: 'old' | 'new'
  /** Whether there is something to be read afterwards in any case. */
  readonly had: 'something' | 'nothing'
  /** Where the caller's bytes come from when all is well. */
  readonly from: 'rest' | 'the origin'
}

const FRESH = { headers: { 'Cache-Control': 'public, max-age=3600' }, etag: '"1"', ranges: true }
const STALE = { ...FRESH, headers: { 'Cache-Control': 'public, max-age=0' } }
const NEWER = { ...FRESH, etag: '"2"' }

const whole = async (answer: Promise<Response>): Promise<void> => void (await (await answer).arrayBuffer())

const each = (make: (size: Size, bytes: Bytes) => Scenario, sizes: readonly Size[]): Scenario[] =>
  sizes.map((size) => make(size, BYTES[size]))

const ALL: readonly Size[] = ['a small body', 'a body of 300 KB', 'a body of two chunks']
const LARGE: Size = 'a body of two chunks'

export const SCENARIOS: readonly Scenario[] = [
  ...each(
    (size, bytes) => ({
      name: `a miss of ${size}`,
      bytes,
      before: async ({ origin, path }) => origin.script(path, ok(bytes.new, FRESH)),
      act: ({ fetch, url }) => fetch(url),
      gives: 'new',
      had: 'nothing',
      from: 'rest',
    }),
    ALL,
  ),
  ...each(
    (size, bytes) => ({
      name: `a hit of ${size}`,
      bytes,
      before: async ({ origin, path, fetch, url }) => {
        origin.script(path, ok(bytes.old, FRESH))
        await whole(fetch(url))
      },
      act: ({ fetch, url }) => fetch(url),
      gives: 'old',
      had: 'something',
      from: 'rest',
    }),
    ALL,
  ),
  ...each(
    (size, bytes) => ({
      name: `a revalidation of ${size}`,
      bytes,
      before: async ({ origin, path, fetch, url }) => {
        origin.script(path, ok(bytes.old, STALE), notModified(STALE), ok(bytes.old, STALE))
        await whole(fetch(url))
      },
      act: ({ fetch, url }) => fetch(url),
      gives: 'old',
      had: 'something',
      from: 'rest',
    }),
    ['a small body', LARGE],
  ),
  ...each(
    (size, bytes) => ({
      name: `a new version of ${size}`,
      bytes,
      before: async ({ origin, path, fetch, url }) => {
        origin.script(path, ok(bytes.old, FRESH), ok(bytes.new, NEWER))
        await whole(fetch(url))
      },
      act: ({ fetch, url }) => fetch(url, { cache: 'reload' }),
      gives: 'new',
      had: 'something',
      from: 'the origin',
    }),
    ['a small body', LARGE],
  ),
  ...each(
    (size, bytes) => ({
      name: `a label on ${size}`,
      bytes,
      before: async ({ origin, path, fetch, url }) => {
        origin.script(path, ok(bytes.old, FRESH))
        await whole(fetch(url))
      },
      act: async ({ fetch, url }) => {
        // Where the entry cannot be read there is nothing to label, and who labels is told so.
        await fetch
          .entry(url)
          .label('mine')
          .catch((error: unknown) => {
            if (!(error instanceof HoldfastError)) throw error
          })
        return fetch(url)
      },
      gives: 'old',
      had: 'something',
      from: 'rest',
    }),
    ['a small body'],
  ),
  ...each(
    (size, bytes) => ({
      name: `a broken download of ${size}, gone on with`,
      bytes,
      before: async ({ origin, path }) => origin.script(path, cut(bytes.new, 1_200_000, FRESH), ok(bytes.new, FRESH)),
      act: ({ fetch, url }) => fetch(url),
      gives: 'new',
      had: 'nothing',
      from: 'the origin',
    }),
    [LARGE],
  ),
  ...each(
    (size, bytes) => ({
      name: `what an earlier call left of ${size}, gone on with`,
      bytes,
      before: async ({ origin, path, fetch, url }) => {
        origin.script(path, cut(bytes.new, 1_200_000, FRESH), ok(bytes.new, FRESH))
        await whole(fetch(url, { holdfast: { retry: { attempts: 0 } } })).catch(() => undefined)
      },
      act: ({ fetch, url }) => fetch(url),
      gives: 'new',
      had: 'nothing',
      from: 'the origin',
    }),
    [LARGE],
  ),
  ...each(
    (size, bytes) => ({
      name: `a stream of ${size}`,
      bytes,
      before: async ({ origin, path }) => origin.script(path, ok(bytes.new, FRESH)),
      act: ({ fetch, url }) => fetch(url, { holdfast: { delivery: 'streaming' } }),
      gives: 'new',
      had: 'nothing',
      from: 'the origin',
    }),
    ['a body of 300 KB', LARGE],
  ),
]
