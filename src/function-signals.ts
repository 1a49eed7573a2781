import { isPlain } from './policy/realm.ts'

/** Itself, or what an object as it is written down has, such as an init. */
function signalIn(value: unknown): AbortSignal | undefined {
  if (value instanceof AbortSignal) return value
  if (typeof value !== 'object' || value === null || !isPlain(Object.getPrototypeOf(value))) return undefined
  return 'signal' in value && value.signal instanceof AbortSignal ? value.signal : undefined
}

/** By what a caller leaves: a signal among the arguments, or in one of them, ends that one's wait and not the run, which may be others' too. */
export function signalOf(args: readonly unknown[]): AbortSignal | undefined {
  const signals = args.flatMap((value) => signalIn(value) ?? [])
  return signals.length > 1 ? AbortSignal.any(signals) : signals[0]
}

/** The arguments of a run, which ends when nobody waits for it any more. */
export function argumentsWith(signal: AbortSignal, args: readonly unknown[]): unknown[] {
  return args.map((value) => {
    const own = signalIn(value)
    if (own === undefined) return value
    return own === value ? signal : { ...(value as object), signal }
  })
}
