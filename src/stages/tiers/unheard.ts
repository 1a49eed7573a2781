import type { Call } from '../../model/call.ts'
import { HoldfastError } from '../../model/errors.ts'
import type { Tiers } from './tiers.ts'

/** Who looks, and what it is that nobody can say while a tier is silent. */
interface Asked {
  readonly call: Pick<Call, 'url' | 'method'>
  readonly whether: string
}

/**
 * What `look` finds in the tiers. To a call a tier that fails is a miss, for there is an origin to ask; to who says something of what is
 * stored it is not: "nothing there" is believed only where no tier failed to answer meanwhile.
 *
 * @throws HoldfastError STORE where nothing was found and a tier could not be asked.
 */
export async function foundIn<T>(
  { nearestFirst }: Tiers,
  look: () => Promise<T | undefined>,
  { call: { url, method }, whether }: Asked,
): Promise<T | undefined> {
  const before = nearestFirst.map(({ store }) => store.health.unheard)
  const found = await look()
  if (found !== undefined) return found
  const silent = nearestFirst.find(({ store }, index) => store.health.unheard !== before[index])?.store
  if (silent === undefined) return undefined
  const message = `${silent.name} could not be asked, so nobody can say whether ${whether}. Try again when it answers`
  throw new HoldfastError('STORE', message, { url, method, cause: silent.health.unheard?.error })
}
