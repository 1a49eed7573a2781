import { isPlain } from './policy/realm.ts'

const isSignal = (value: unknown): value is AbortSignal => value instanceof AbortSignal

/** An object as it is written down that has a signal, as an init has. */
function isCarrier(value: unknown): value is { readonly signal: AbortSignal } {
  return (
    typeof value === 'object' &&
    value !== null &&
    isPlain(Object.getPrototypeOf(value)) &&
    'signal' in value &&
    isSignal(value.signal)
  )
}

/** By what a caller leaves: a signal among the arguments, or in one of them, ends that one's wait and not the run, which may be others' too. */
export function signalOf(args: readonly unknown[]): AbortSignal | undefined {
  const signals = args.flatMap((value) => (isSignal(value) ? [value] : isCarrier(value) ? [value.signal] : []))
  return signals.length > 1 ? AbortSignal.any(signals) : signals[0]
}

/** The arguments of a run, which ends when nobody waits for it any more. */
export function argumentsWith(signal: AbortSignal, args: readonly unknown[]): unknown[] {
  return args.map((value) => (isSignal(value) ? signal : isCarrier(value) ? { ...value, signal } : value))
}
