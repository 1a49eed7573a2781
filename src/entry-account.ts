import type { House } from './house.ts'
import { holdOf, wholeOf } from './model/body-chunks.ts'
import type { Call } from './model/call.ts'
import type { Difference } from './model/difference.ts'
import type { Attempt } from './model/errors.ts'
import { headerOf } from './model/headers.ts'
import type { CallOptions } from './model/options.ts'
import type { EntryRecord } from './model/record.ts'
import type { Held } from './model/rooms.ts'
import { account } from './policy/account.ts'
import { judgeHeld } from './policy/candidate.ts'
import { difference } from './policy/difference.ts'
import { obeying, policyOptions, toldPolicy } from './policy/entry-policy.ts'
import { currentOf } from './policy/version-choice.ts'
import { foundIn, looked } from './stages/tiers/unheard.ts'

/** How one entry was used, in all processes, as far as it has been written down. */
export interface EntryStats {
  /** Calls that were answered. */
  requests: number
  /** Of these, out of a tier without asking the origin. */
  hits: number
  fallbacks: number
  firstRequestedAt: Date
  lastRequestedAt: Date
}

/** Bytes of a version that is compared by what it says; a larger one by its size and digest. */
const COMPARED = 8 * 1024 * 1024

/** Where an entry of which nothing is stored would stand. */
function identity({ key, method, url, settings }: Call): EntryRecord {
  return { key, method: method === 'HEAD' ? 'GET' : method, url, group: settings.group, variants: [] }
}

export async function policyOf(house: House, call: Call): Promise<CallOptions> {
  const known = async (): Promise<EntryRecord['policy']> => (await house.tiers.known(call))?.policy
  const policy = await foundIn(house.tiers, known, { call, whether: 'it has a policy' })
  return toldPolicy({ policy }) as CallOptions
}

/** @throws TypeError for an option that is unknown, wrong, part of an entry's identity, or code. */
export async function setPolicyOf(house: House, call: Call, policy: Partial<CallOptions> | undefined): Promise<void> {
  const options = policy === undefined ? null : policyOptions(policy)
  await house.remarks.policy((await house.tiers.known(call)) ?? identity(call), options)
  const found = await house.tiers.lookup(call, () => true)
  if (found.held !== undefined) house.scheduler.note({ call: obeying(call, found.entry), held: found.held })
}

/** What this process alone has counted would look like all of it. */
const usesOf = (house: House, { key }: Call): ReturnType<House['uses']['of']> => house.uses.of(key).catch(() => undefined)

export async function statsOf(house: House, call: Call): Promise<EntryStats> {
  const use = await foundIn(house.tiers, () => usesOf(house, call), { call, whether: 'it was used' })
  const { requests = 0, hits = 0, fallbacks = 0, firstRequestedAt = 0, lastRequestedAt = 0 } = use ?? {}
  return {
    requests,
    hits,
    fallbacks,
    firstRequestedAt: new Date(firstRequestedAt),
    lastRequestedAt: new Date(lastRequestedAt),
  }
}

/** The series of attempts that the entry remembers, the last one first. */
export async function failuresOf(house: House, asked: Call): Promise<Attempt[][]> {
  const known = async (): Promise<EntryRecord['failures']> => (await house.tiers.known(asked))?.failures
  const failures = (await foundIn(house.tiers, known, { call: asked, whether: 'there were any' })) ?? []
  const newest = failures.toReversed().slice(0, asked.settings.versions.keepFailed)
  return newest.map(({ attempts }) => attempts.map((attempt) => ({ ...attempt, at: new Date(attempt.at) })))
}

export async function explained(house: House, asked: Call): Promise<string> {
  const now = house.clock.now()
  const { found, silent } = await looked(house.tiers, asked.key, async () => {
    const entry = await house.tiers.known(asked)
    const call = obeying(asked, entry)
    const held = await house.tiers.pick(call, currentOf)
    return {
      entry: entry ?? identity(call),
      outlook: held === undefined ? undefined : judgeHeld(held, call, now),
      use: await usesOf(house, call),
    }
  })
  return account({
    ...found,
    walks: house.chronicle.of(asked.key),
    tiers: house.tiers.nearestFirst.map(({ store }) => store.name),
    silent: silent.map(({ name }) => name),
    now,
  })
}

export async function compared(from: Held, to: Held): Promise<Difference> {
  const [one, other] = await Promise.all([side(from), side(to)])
  return difference(one, other)
}

async function side({ version, body }: Held): Promise<Parameters<typeof difference>[0]> {
  const { size, digest, headers } = version
  return { bytes: size > COMPARED ? undefined : await whole(body), type: headerOf(headers, 'content-type'), size, digest }
}

async function whole(body: Held['body']): Promise<Uint8Array> {
  const release = holdOf(body)
  try {
    return await wholeOf(body)
  } finally {
    release()
  }
}
