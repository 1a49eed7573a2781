import { expect, test } from 'vitest'
import type { VersionInfo } from '../../../src/index.ts'
import { fc } from '../../policy/property.ts'
import { aFile, all, DAY, HOUR, MINUTE, textOf } from './histories.ts'
import { type Known, rules, World } from './world.ts'

// Any sequence of downloads, words, pins, sweeps, outages, clock jumps and restarts, against a model that fits on a page.
type Step =
  | { do: 'bring'; content: string }
  | { do: 'fail' | 'unfail'; content: string }
  | { do: 'label' | 'unlabel'; word: string; at: number }
  | { do: 'pin'; at: number; for: number }
  | { do: 'unpin'; at: number }
  | { do: 'jump'; ms: number }
  | { do: 'sweep' | 'reopen' | 'outage' | 'stored' }

const content = fc.constantFrom('alpha', 'bravo', 'charlie', 'delta')
const at = fc.nat({ max: 5 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('bring' as const), content }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('fail' as const, 'unfail' as const), content }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('label' as const, 'unlabel' as const),
      word: fc.constantFrom('valid', 'aa', 'bb'),
      at,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('pin' as const), at, for: fc.constantFrom(30 * MINUTE, Number.POSITIVE_INFINITY) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unpin' as const), at }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('jump' as const), ms: fc.constantFrom(1, MINUTE, HOUR + 1, 2 * DAY, -HOUR) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('sweep' as const, 'reopen', 'outage', 'stored') }) as fc.Arbitrary<Step>,
  },
)

class Model {
  known: Known[] = []
  /** Contents that are failed. One whose last version is collected may be forgotten: then either is right. */
  readonly failed = new Set<string>()

  pick(n: number): Known | undefined {
    return this.known[this.known.length === 0 ? 0 : n % this.known.length]
  }

  forgotten(text: string): boolean {
    return this.failed.has(text) && !this.known.some((version) => version.content === text)
  }
}

const places: [string, number, () => string | undefined][] = [
  ['memory', 40, () => undefined],
  ['memory and a file', 25, aFile],
]

test.each(places)('over %s: what is current, fallen back to and kept is as the model says', async (place, numRuns, file) => {
  const run = async (steps: Step[]): Promise<void> => {
    await using world = await World.over(file())
    const model = new Model()
    for (const one of steps) {
      if (one.do === 'reopen' && place === 'memory') continue
      const brought = await played(one, world, model)
      await compared(world, model, { brought, swept: one.do === 'sweep' })
    }
  }
  const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), run)
  const checked = await fc.check(property, { numRuns, interruptAfterTimeLimit: 50_000 })
  const report = `${String(checked.errorInstance)}\n${await fc.asyncDefaultReportMessage(checked)}`
  expect(checked.failed, report).toBe(false)
})

/** Does the step, and holds its answer against the model. The content that it may have added is given back. */
async function played(one: Step, world: World, model: Model): Promise<string | undefined> {
  if (one.do === 'bring') return bring(one.content, world, model)
  if (one.do === 'fail' || one.do === 'unfail') await verdict(one, world, model)
  if (one.do === 'sweep') await world.fetch.cache.sweep()
  if (one.do === 'reopen') await world.reopen()
  if (one.do === 'jump') await jump(one.ms, world, model)
  if (one.do === 'outage') {
    const good = rules.lastGood(model.known)
    const answer = await world.outage()
    if (good) expect(answer).toMatchObject({ text: good.content, outcome: 'fallback' })
    else expect(answer.rejected).toBeTypeOf('string')
  }
  if (one.do === 'stored' && rules.current(model.known)) {
    const hits = world.hits
    expect((await world.stored()).text).toBe(rules.current(model.known)?.content)
    expect(world.hits).toBe(hits)
  }
  if ('at' in one) await said(one, world, model)
  return undefined
}

async function bring(text: string, world: World, model: Model): Promise<string> {
  const [good, forgotten] = [rules.lastGood(model.known), model.forgotten(text)]
  const answer = await world.bring(text)
  if (forgotten && answer.text === text && answer.outcome !== 'fallback') model.failed.delete(text)
  if (!model.failed.has(text)) expect(answer.text).toBe(text)
  else if (good) expect(answer).toMatchObject({ text: good.content, outcome: 'fallback' })
  else expect(answer.rejected).toBe('REJECTED')
  return text
}

/** All versions of one content at once, so that it is of no account whether a word is the version's or the digest's. */
async function verdict(one: Extract<Step, { do: 'fail' | 'unfail' }>, world: World, model: Model): Promise<void> {
  const same = model.known.filter((version) => version.content === one.content)
  for (const { id, labels } of same) {
    if (one.do === 'fail') await world.entry.label('failed', { version: id, reason: 'the model says so' })
    else await world.entry.unlabel('failed', { version: id })
    if (one.do === 'fail') labels.add('failed')
    else labels.delete('failed')
  }
  if (same.length > 0 && one.do === 'fail') model.failed.add(one.content)
  if (same.length > 0 && one.do === 'unfail') model.failed.delete(one.content)
}

async function said(one: Extract<Step, { at: number }>, world: World, model: Model): Promise<void> {
  const version = model.pick(one.at)
  if (!version) return
  const { id, labels } = version
  if (one.do === 'label') await world.entry.label(one.word, { version: id })
  if (one.do === 'label') labels.add(one.word)
  if (one.do === 'unlabel') await world.entry.unlabel(one.word, { version: id })
  if (one.do === 'unlabel') labels.delete(one.word)
  if (one.do === 'unpin') await world.entry.unpin({ version: id })
  if (one.do === 'unpin') version.pinnedUntil = 0
  // One pin at a time: what two of them come to is in rows of their own.
  if (one.do !== 'pin' || rules.pinned(version, world.clock.now())) return
  const forMs = one.for === Number.POSITIVE_INFINITY ? {} : { for: one.for }
  await world.entry.pin({ version: id, ...forMs })
  version.pinnedUntil = world.clock.now() + one.for
}

async function jump(ms: number, world: World, model: Model): Promise<void> {
  const before = world.clock.now()
  await world.jump(ms)
  const back = ms < 0
  for (const version of model.known) {
    const until = version.pinnedUntil
    if (back && until !== undefined && until !== 0 && until <= before) version.pinnedUntil = undefined
  }
}

async function compared(
  world: World,
  model: Model,
  { brought, swept }: { brought: string | undefined; swept: boolean },
): Promise<void> {
  const [listed, now] = [await all(world.entry), world.clock.now()]
  const ids = listed.map(({ id }) => id)
  expect(ids).toEqual(ids.toSorted().toReversed())
  expect(new Set(ids).size).toBe(ids.length)
  const added = listed.filter(({ id }) => !model.known.some((version) => version.id === id))
  expect(added.length).toBeLessThanOrEqual(brought === undefined ? 0 : 1)
  const news = added.map((info): Known => learnt(info, brought ?? '', model))
  const union = [...model.known, ...news].toSorted((a, b) => (a.id < b.id ? 1 : -1))
  for (const version of union)
    if (!ids.includes(version.id)) expect(rules.mayGo(version, union, now), `${version.content} is gone`).toBe(true)
  model.known = union.filter(({ id }) => ids.includes(id))
  for (const info of listed) await same(info, world, model)
  if (!swept) return
  const free = rules.good(model.known).filter((version) => !rules.pinned(version, now))
  expect(free.length).toBeLessThanOrEqual(3)
}

function learnt({ id, labels }: VersionInfo, text: string, model: Model): Known {
  if (!model.failed.has(text)) expect(labels).toEqual([])
  return { id, content: text, labels: new Set(labels), pinnedUntil: 0 }
}

async function same(info: VersionInfo, world: World, model: Model): Promise<void> {
  const version = model.known.find(({ id }) => id === info.id)
  expect([...info.labels].toSorted()).toEqual([...(version?.labels ?? [])].toSorted())
  if (version?.pinnedUntil !== undefined) expect(info.pinned).toBe(version.pinnedUntil > world.clock.now())
  expect(await textOf(world.entry, info.id)).toBe(version?.content)
}
