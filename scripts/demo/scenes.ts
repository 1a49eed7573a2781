import type { Inspection } from '../../src/index.ts'
import { cut, delayed, ok, retryLater, slow } from '../../test/helpers/origin/index.ts'
import { type Edition, PATH, type Theatre } from './theatre.ts'

/** What holdfast promises the callers of a scene. */
export interface Promised {
  readonly outcome: Inspection['outcome']
  readonly edition: Edition
  /** Requests that reach the origin because of this scene. */
  readonly requests: number
}

export interface Scene {
  /** What the origin does, or why it is not asked. */
  readonly title: string
  readonly callers?: number
  /** Milliseconds that each caller allows, by its own signal. Default: no limit. */
  readonly allows?: number
  readonly prepare: (theatre: Theatre) => Promise<void> | void
  readonly promised: Promised
  /** The origin is dead from here on. */
  readonly dead?: boolean
}

const MB_PER_SECOND = 1024 * 1024

export function scenes({ first, changed }: Theatre): Scene[] {
  return [...alive(first), ...changing(first, changed), ...dead(changed)]
}

function alive(first: Edition): Scene[] {
  return [
    {
      title: 'breaks off after 9.6 MB, then after 7.2 MB more',
      prepare: ({ origin }) =>
        origin.script(
          PATH,
          cut(first.bytes, '40%', first.options),
          cut(first.bytes, '50%', first.options),
          ok(first.bytes, first.options),
        ),
      promised: { outcome: 'miss', edition: first, requests: 3 },
    },
    {
      title: 'is not asked: what it sent is still fresh',
      prepare: () => {},
      promised: { outcome: 'hit', edition: first, requests: 0 },
    },
    {
      title: '1 hour later: 429, "Retry-After: 1", then 304',
      prepare: ({ clock, origin }) => {
        clock.skip(1)
        origin.script(PATH, retryLater('1'), ok(first.bytes, first.options))
      },
      promised: { outcome: 'revalidated', edition: first, requests: 2 },
    },
  ]
}

function changing(first: Edition, changed: Edition): Scene[] {
  return [
    {
      title: '1 hour later: silent for 3 s, we allow 1 s',
      allows: 1000,
      prepare: ({ clock, origin }) => {
        clock.skip(1)
        origin.script(PATH, delayed(3000, ok(first.bytes, first.options)))
      },
      promised: { outcome: 'fallback', edition: first, requests: 1 },
    },
    {
      title: '1 hour later: a changed file, at 12 MB/s',
      callers: 5,
      prepare: ({ clock, origin }) => {
        clock.skip(1)
        origin.script(PATH, slow(changed.bytes, 12 * MB_PER_SECOND, changed.options))
      },
      promised: { outcome: 'miss', edition: changed, requests: 1 },
    },
  ]
}

function dead(changed: Edition): Scene[] {
  const promised: Promised = { outcome: 'fallback', edition: changed, requests: 0 }
  return [
    {
      title: '1 hour later: killed, connections are refused',
      dead: true,
      prepare: async ({ clock, origin }) => {
        clock.skip(1)
        await origin.refuse()
        origin.kill()
      },
      promised,
    },
    { title: 'dead, and known to be: not tried for 30 s', prepare: () => {}, promised },
    { title: 'dead, and we are restarted: SQLite remembers', prepare: (theatre) => theatre.restart(), promised },
    { title: 'dead for 1 day', callers: 10, prepare: ({ clock }) => clock.skip(24), promised },
  ]
}
