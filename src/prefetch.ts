import { type Behind, openHouse } from './entrance.ts'
import type { Init, Input } from './model/options.ts'
import { callback, count, type Reader, readObject, wrong } from './policy/option-readers.ts'
import type { Prefetched, RunPlan, Source } from './prefetch-run.ts'

/** A request to be made before its answer is needed. */
export type PrefetchInput = Input | [Input, Init]

export interface PrefetchOptions {
  /** Aborted: no further input is taken, and the iteration ends. */
  signal?: AbortSignal
  /** Requests under way at a time, and results that nobody has taken yet, together. Default 16; the limits of a host hold besides. */
  concurrency?: number
  /** Told at each end; `total` where the inputs have a length or a size. */
  onProgress?: (done: number, total?: number) => void
}

const DEFAULT_CONCURRENCY = 16

const signal: Reader<AbortSignal> = (value, path) => {
  if (!(value instanceof AbortSignal)) throw wrong(path, value, 'Give an AbortSignal.')
  return value
}

const READERS = { signal, concurrency: count(1), onProgress: callback }

/** What is to be asked, one after the other. @throws TypeError for what is no list of inputs. */
function sourceOf(inputs: unknown): () => Source {
  const isListOfLetters = typeof inputs === 'string' || inputs instanceof String
  const given = (isListOfLetters ? {} : (inputs ?? {})) as Partial<Iterable<unknown> & AsyncIterable<unknown>>
  const open: unknown = given[Symbol.asyncIterator] ?? given[Symbol.iterator]
  if (typeof open !== 'function')
    throw wrong('prefetch', inputs, "Give a list of URLs, Requests or [input, init], for instance ['https://example.org/a'].")
  return () => open.call(given) as Source
}

function totalOf(inputs: object): number | undefined {
  const { length, size } = inputs as { length?: unknown; size?: unknown }
  return [length, size].find((one) => typeof one === 'number')
}

/** @throws TypeError for wrong inputs or options. HoldfastError CLOSED. */
export function prefetched(behind: Behind, inputs: unknown, given: unknown): AsyncIterable<Prefetched> {
  const open = sourceOf(inputs)
  const options = readObject(given, READERS, 'prefetch') as PrefetchOptions
  openHouse(behind)
  const { signal: stop, concurrency = DEFAULT_CONCURRENCY, onProgress } = options
  const plan = { open, concurrency, signal: stop, onProgress, total: totalOf(inputs as object) }
  return { [Symbol.asyncIterator]: () => run(behind, plan) }
}

/** Loaded with the first list: most programs have none. */
async function* run(behind: Behind, plan: RunPlan): AsyncGenerator<Prefetched, void, undefined> {
  const { Prefetching } = await import('./prefetch-run.ts')
  yield* new Prefetching(behind, plan).results()
}
