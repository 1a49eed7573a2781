// You learn: each changed download is a version. Ask for one by its label or by a date, refuse one; no origin is needed for it.
//
// Output:
//   Monday: the feed says 0.93, we read 0.93
//   Tuesday: the feed says 0.94, we read 0.94
//   Wednesday: the feed says soon, we read 0.94
//   from Monday to Tuesday: {"kind":"json","changes":[{"pointer":"/CHF","from":0.93,"to":0.94}]}
//   origin dead after 3 requests; app-1.4: 0.93, Tuesday noon: 0.94, after its refusal: 0.93
//     2026-11-04: label failed (CHF is 'soon')
//     2026-11-03: label failed (a typing error)
//     2026-11-02: current: the newest that is not failed; last good: the newest not failed; label app-1.4; pinned
import { createCachedFetch } from 'holdfast'
import { manualClock } from 'holdfast/testing'
import { Origin } from './origin.ts'

using origin = new Origin()
const url = await origin.url('/feed.json')
const clock = manualClock(Date.parse('2026-11-02T08:00:00Z')) // so that the dates below are the same each time
await using cachedFetch = createCachedFetch({ clock, ttl: 0 })
const entry = cachedFetch.entry(url)
for (const [day, CHF] of Object.entries({ Monday: 0.93, Tuesday: 0.94, Wednesday: 'soon' })) {
  origin.feed = { EUR: 1, CHF }
  console.log(`${day}: the feed says ${CHF}, we read ${await cachedFetch.use(url, rate)}`)
  if (day === 'Monday') await Promise.all([entry.label('app-1.4'), entry.pin({ for: '90d' })])
  await clock.advance(24 * 3600 * 1000)
}
const [, tuesday, monday] = (await entry.versions()).map(({ id }) => id)
console.log('from Monday to Tuesday:', JSON.stringify(await entry.diff(monday as string, tuesday as string)))
origin[Symbol.dispose]()
const tested = await rate(await cachedFetch(url, { holdfast: { require: { label: 'app-1.4' } } }))
const noon = await cachedFetch(url, { holdfast: { require: { asOf: '2026-11-03T12:00:00Z' } } })
const rates = [tested, await rate(noon), await rate(await cachedFetch.reject(noon, 'a typing error'))]
console.log(`origin dead after ${origin.requests} requests; app-1.4: %d, Tuesday noon: %d, after its refusal: %d`, ...rates)
for (const [, day, role] of (await entry.explain()).matchAll(/stored (.{10}).*?; (.*)/g)) console.log(`  ${day}: ${role}`)

async function rate(response: Response): Promise<number> {
  const { CHF } = (await response.json()) as { CHF: number | string }
  if (typeof CHF !== 'number') throw new Error(`CHF is '${CHF}'`)
  return CHF
}
