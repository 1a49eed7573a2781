import { HoldfastError } from '../../src/model/errors.ts'
import type { Lease, Store, StoreEntry } from '../../src/model/store.ts'

/** A store that could not do what it was asked. */
export function storeFailure(message: string, cause?: unknown): HoldfastError {
  return new HoldfastError('STORE', message, cause === undefined ? {} : { cause })
}

export function storeClosed(name: string): HoldfastError {
  return new HoldfastError('CLOSED', `the ${name} store has been closed; open a new one`)
}

export function storeReadOnly(name: string): HoldfastError {
  return storeFailure(`the ${name} store was opened with readOnly: true and takes no writes`)
}

/** @throws STORE where a value is larger than the store takes. */
export function refuseTooLarge({ name, maxEntryBytes = Number.POSITIVE_INFINITY }: Store, entries: readonly StoreEntry[]): void {
  for (const { key, value } of entries)
    if (value.length > maxEntryBytes)
      throw storeFailure(`${name}: ${key} has ${value.length} bytes and maxEntryBytes is ${maxEntryBytes}`)
}

/** A late write, refused: somebody else has had the lease since, or it ran out so long ago that nobody knows. */
export function fenced({ key, generation }: Lease): HoldfastError {
  return new HoldfastError(
    'FENCED',
    `the lease ${key} of generation ${generation} has been superseded, so its late write is refused`,
  )
}
