import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { type Child, startChild } from '../../helpers/child.ts'
import { counting, gatedBody, ok } from '../../helpers/origin/index.ts'
import { turnFor, turnUntil } from '../../helpers/turning.ts'
import { given, seen } from '../download/given.ts'
import { anOrigin, folder } from '../stores/given.ts'
import { aFile, another, SECOND } from '../versions/histories.ts'

const REFRESHING = new URL('./children/refreshing.ts', import.meta.url)

function aChild(...args: string[]): Child {
  const child = startChild(REFRESHING, { args })
  onTestFinished(() => child[Symbol.asyncDispose]())
  return child
}

/** Looks again and again, until it is so or the test runs out of time. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10))
}

test('of several processes on one file one refreshes, and when it is killed another one', async () => {
  const [origin, file] = [await anOrigin(), join(folder(), 'cache.db')]
  origin.script('/f', counting())
  const children = [0, 1, 2].map(() => aChild(origin.url('/f'), file, 'until told'))
  for (const child of children) expect(await child.message<string>()).toBe('asked')
  await until(() => origin.hits('/f') >= 4)
  const gaps = (): number[] => {
    const at = origin.requests('/f').map((request) => request.at)
    return at.slice(1).map((time, n) => time - (at[n] ?? 0))
  }
  // Three schedules fall due at the same moment, and the origin sees one.
  expect(Math.min(...gaps())).toBeGreaterThan(1_900)
  const before = origin.hits('/f')
  children[0]?.kill()
  children[1]?.kill()
  await until(() => origin.hits('/f') >= before + 2)
  expect(Math.min(...gaps())).toBeGreaterThan(1_900)
  children[2]?.send('close')
  expect(await children[2]?.exit).toMatchObject({ code: 0, stderr: '' })
})

test('one that takes longer than any deadline is not begun by the others too', async () => {
  const [file, clock] = [aFile(), manualClock(Date.now())]
  const timeouts = { deadline: '2s', stall: '1h', minRate: 0 }
  const options = { ttl: '1h', timeouts, refresh: { every: '1m' } }
  await using g = await given({ tiers: [sqlite(file, { clock })], ...options }, clock)
  const other = another(g, [sqlite(file, { clock })], options)
  const slow = gatedBody('a large body', 3)
  g.origin.script('/f', ok('first'), slow)
  for (const fetch of [g.fetch, other]) await seen(fetch(g.origin.url('/f')))
  await turnFor(clock, 61 * SECOND, 10 * SECOND)
  await slow.arrived
  await turnFor(clock, 6 * SECOND, 500)
  expect(g.origin.hits('/f')).toBe(2)
  slow.release()
  await turnUntil(clock, Promise.all([g.fetch.idle(), other.idle()]))
  expect(await seen(other(g.origin.url('/f')))).toMatchObject({ text: 'a large body', outcome: 'hit' })
  expect(g.origin.hits('/f')).toBe(2)
})
