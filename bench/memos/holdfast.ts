import { createCachedFetch } from 'holdfast'
import { tiersOf } from '../caches/holdfast.ts'
import { GOOD_FOR, type Memoize } from './memo.ts'

/** share: one object for all, as the others do. copy: the default. The tiers follow after an @. */
export const memoize: Memoize = async (fn, kind, place) => {
  const [how, tiers = 'memory'] = kind.split('@')
  const { buffered } = createCachedFetch({ tiers: await tiersOf(tiers, place) })
  return buffered(fn, { name: 'bench', ttl: GOOD_FOR, share: how === 'share' })
}
