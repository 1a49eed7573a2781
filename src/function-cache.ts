import { type EntryHistory, historyOf } from './entry.ts'
import { overtaken } from './entry-remarks.ts'
import type { FunctionCalls } from './function-calls.ts'
import type { Call } from './model/call.ts'
import type { Held } from './model/rooms.ts'
import { putVersion } from './put.ts'
import { Unreadable } from './stages/function/value-codec.ts'
import { foundIn, settled } from './stages/tiers/unheard.ts'

/**
 * What is kept of a function's results. Of a method only where all objects share them (`scope: 'class'`): of which object it speaks, nobody
 * tells it. There `info()` and `clear()` are of all.
 */
export interface FunctionCache<A extends unknown[], R> {
  /**
   * What calls came to in this process: answered without running it, by running it, and with a result that was stale; and how many results
   * there are, as far as this process has seen them.
   */
  info(): { hits: number; misses: number; size: number; stale: number }
  /** Deletes all results of this function, of every object and every `v`, from all tiers. */
  clear(): Promise<void>
  /** The result for these arguments is stale: the next call runs the function, also where a run has just failed, and may still fall back to it. */
  invalidate(...args: A): Promise<void>
  /** The result that is stored, fresh or stale; undefined where there is none, HoldfastError STORE where nobody can say. Runs nothing. */
  peek(...args: A): Promise<R | undefined>
  /** Stores a result as if the function had given it. */
  set(args: A, value: R): Promise<void>
  /** Runs the function, whatever is stored; where it fails, the last good result is the answer, as in a call. */
  refresh(...args: A): Promise<R>
  /** The versions of the result for these arguments, with their labels and pins; nothing happens until it is asked. A version's `response()` has the bytes that the codec made. */
  entry(...args: A): EntryHistory
}

export function functionCache(calls: FunctionCalls): FunctionCache<unknown[], unknown> {
  return {
    info: () => ({ ...calls.counts, size: calls.index.size(calls.space().house) }),
    clear: async () => calls.space().house.walks.during(cleared(calls)),
    invalidate: async (...args) => {
      const { house } = calls.space()
      const call = calls.callOfAll(args)
      calls.failures.overtake(call.key)
      // A run that is under way began before this word.
      house.stages.flights.part([call.url])
      await house.walks.during(house.outside.use(({ versions }) => versions.invalidate(call)))
    },
    // The house before the work: what began while the instance is closed would reject for nobody.
    peek: async (...args) => calls.space().house.walks.during(peeked(calls, args)),
    set: async (args, value) => {
      const { house, codec } = calls.space()
      const call = calls.callOfAll(args)
      const { bytes, type } = codec.encode(value)
      const response = new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { 'content-type': type } })
      // A run that is under way began before this word, and may have seen what was before.
      const underWay = overtaken(house, call)
      await house.walks.during(underWay.then(() => putVersion(house, call, { response, options: {} })))
      calls.index.note(call, house)
      calls.failures.overtake(call.key)
    },
    refresh: async (...args) => {
      calls.callOfAll(args)
      return calls.refresh({ self: undefined, args })
    },
    entry: (...args) => entryOfResult(calls, args),
  }
}

async function cleared(calls: FunctionCalls): Promise<void> {
  const { house, call } = calls.space()
  const { flights } = house.stages
  const isMeant = ({ url }: { readonly url: string }): boolean => url === call.url
  flights.part([call.url])
  const keys = flights.overtake(isMeant, house.clock.now())
  calls.index.clear()
  calls.failures.overtake()
  await settled(house.tiers, keys)
  await house.care.use(({ upkeep }) => upkeep.remove(isMeant))
}

function entryOfResult(calls: FunctionCalls, args: readonly unknown[]): EntryHistory {
  // What its caller does to the arguments since makes it no other entry.
  const asked = Promise.try((): Call => calls.callOfAll(args))
  asked.catch(() => undefined)
  const call = (): Promise<Call> => asked
  const history = historyOf({ house: () => calls.space().house, call })
  return {
    ...history,
    delete: async () => {
      const { key } = await call()
      calls.index.forget(key)
      calls.failures.overtake(key)
      await history.delete()
    },
  }
}

async function peeked(calls: FunctionCalls, args: readonly unknown[]): Promise<unknown> {
  const { house, results } = calls.space()
  const { tiers } = house
  const call = calls.callOfAll(args)
  const look = async (): Promise<Held | undefined> => (await tiers.lookup(call, () => true)).held
  const held = tiers.peek(call) ?? (await foundIn(tiers, look, { call, whether: 'there is a result' }))
  if (held === undefined) return undefined
  return results.of({ held, body: held.body }).catch(unreadable)
}

/** As good as not there. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof Unreadable)) throw error
}
