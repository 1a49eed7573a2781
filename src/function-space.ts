import type { FunctionIndex } from './function-index.ts'
import { type Counts, Recall } from './function-recall.ts'
import { checkBy, Results } from './function-results.ts'
import type { Functions } from './functions.ts'
import type { House } from './house.ts'
import type { Call } from './model/call.ts'
import type { Settings } from './model/settings.ts'
import { copiedArguments } from './policy/argument-copy.ts'
import { functionKeys, functionUrl } from './policy/function-key.ts'
import { type FunctionOptions, functionSettings } from './policy/function-options.ts'
import type { ValueCodec } from './stages/function/value-codec.ts'

/** Where the results of one function are: known at its first call, when the instance is built. */
export interface Space {
  readonly house: House
  readonly codec: ValueCodec
  readonly results: Results
  /** A call of it, but for what it is a call of. */
  readonly call: Omit<Call, 'key' | 'cache'>
  /** The key of a call that asks this. */
  readonly keyOf: (asked: string) => string
  readonly isDurable: boolean
  readonly recall: Recall
  /** Arguments as they are now. What `key` is told of may be anything, and is nobody's to copy. */
  readonly copied: (args: readonly unknown[]) => unknown[]
}

interface Site {
  readonly house: House
  readonly under: Settings
  readonly functions: Functions
  readonly options: FunctionOptions
  readonly index: FunctionIndex
  readonly counts: Counts
  /** What the function is called by people: 'repo', or 'Github.repo'. */
  readonly shown: string
}

/** @throws TypeError where the function needs a name and has none. */
export function openSpace({ house, under, functions, options, shown, index, counts }: Site): Space {
  const { name: given, v, layer, share, codec: chosen, limit } = options
  const isDurable = house.stores.some(({ durable }) => durable)
  if (given === undefined && isDurable)
    throw new TypeError(
      `buffered: ${shown === '' ? 'a function' : `the function ${shown}`} needs a name where results outlive the process, for minifiers rename functions. Give the option name.`,
    )
  const name = given ?? functions.unnamed(shown === '' ? 'anonymous' : shown)
  const codec = house.runs.codec(chosen)
  const results = new Results(codec, share ? 'one for all' : 'a copy for each')
  const check = layer.schema === undefined ? undefined : checkBy(layer.schema, codec)
  const settings = functionSettings(under, layer, check)
  const { group, partition } = settings
  const keyOf = functionKeys({ group, partition, name, v }, isDurable ? 'as a digest' : 'in clear')
  const call = {
    method: 'GET',
    url: functionUrl(name),
    headers: [],
    preconditions: [],
    body: undefined,
    signal: undefined,
    redirect: 'follow',
    integrity: '',
    settings,
    credentialHeaders: new Set<string>(),
    ...(limit !== undefined && { turn: house.turns(limit) }),
  } as const
  const toldBy = options.key === undefined && options.instanceKey === undefined ? 'arguments' : 'text'
  const copied = options.key === undefined ? copiedArguments : (args: readonly unknown[]) => [...args]
  return { house, codec, results, call, keyOf, isDurable, copied, recall: new Recall(house, { index, counts, toldBy }) }
}
