import type { Call } from '../../model/call.ts'
import { HoldfastError } from '../../model/errors.ts'
import type { Guarded } from './guard.ts'
import type { Tiers } from './tiers.ts'

/** Who looks, and what it is that nobody can say while a tier is silent. */
interface Asked {
  readonly call: Pick<Call, 'key' | 'url' | 'method'>
  readonly whether: string
}

/**
 * What `look` finds in the tiers, and which of them failed to answer meanwhile. What this process has of the entry and has not written yet
 * is waited for: to who has it in hand already, it is there.
 */
export async function looked<T>(
  { nearestFirst, saving }: Tiers,
  key: string,
  look: () => Promise<T>,
): Promise<{ readonly found: T; readonly silent: readonly Guarded[] }> {
  await saving.written(key)
  return lookedBy(nearestFirst, look)
}

/** The same of what has been written. */
export async function lookedBy<T>(
  nearestFirst: Tiers['nearestFirst'],
  look: () => Promise<T>,
): Promise<{ readonly found: T; readonly silent: readonly Guarded[] }> {
  const stores = nearestFirst.map(({ store }) => store)
  const before = stores.map(({ health }) => health.unheard)
  const found = await look()
  return { found, silent: stores.filter(({ health }, index) => health.unheard !== before[index]) }
}

/**
 * To a call a tier that fails is a miss, for there is an origin to ask; to who asks or says something of what is stored it is not: "nothing
 * there" is believed only where no tier failed to answer meanwhile.
 *
 * @throws HoldfastError STORE where nothing was found and a tier could not be asked.
 */
export async function foundIn<T>(
  tiers: Tiers,
  look: () => Promise<T | undefined>,
  { call: { key, url, method }, whether }: Asked,
): Promise<T | undefined> {
  const {
    found,
    silent: [silent],
  } = await looked(tiers, key, look)
  if (found !== undefined || silent === undefined) return found
  const message = `${silent.name} could not be asked, so nobody can say whether ${whether}. Try again when it answers`
  throw new HoldfastError('STORE', message, { url, method, cause: silent.health.unheard?.error })
}

/**
 * Resolves when what is being written of these entries is down or has failed: who deletes them is to find it. What begins to be written
 * after the word finds out for itself that it is late.
 */
export async function settled({ writable }: Tiers, keys: readonly string[]): Promise<void> {
  await Promise.allSettled(writable.flatMap(({ writes }) => keys.map((key) => writes.underWay(key))))
}
