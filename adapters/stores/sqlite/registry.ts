import { mkdirSync } from 'node:fs'
import { storeFailure } from '../failures.ts'
import { openForReading, openForWriting, openInMemory } from './connection.ts'
import { setAside, wasOurs } from './damage.ts'
import { faultOf } from './faults.ts'
import { IN_MEMORY } from './in-memory.ts'
import { refuseOtherRuntime } from './other-runtime.ts'
import type { Patience } from './patience.ts'
import { identityOf, type Place, preparePlace } from './place.ts'
import { Runtime } from './runtime.ts'

interface Held {
  readonly runtime: Runtime
  users: number
}

/**
 * The databases that are open in this process, by mode, device and file number.
 *
 * It hangs on the process and not on this module, because a program may hold two copies of this package. The number is that of the
 * shape of what it holds: copies that differ do not share, which is safe, for both use the SQLite of Node, and only a second copy of
 * SQLite itself would drop the locks of the first.
 */
function registry(): Map<string, Held> {
  const name = Symbol.for('holdfast.sqlite.runtimes.2')
  const global = globalThis as unknown as Record<symbol, Map<string, Held> | undefined>
  global[name] ??= new Map()
  return global[name]
}

export interface Wanted {
  readonly file: string
  /** Absolute. */
  readonly path: string
  readonly mode: 'read' | 'write'
  readonly maxBytes: number
  readonly patience: Patience
}

/** The runtime of a file: the one that is open already, else a new one. Give it back with {@link release}. Throws what SQLite throws. */
export function acquire(wanted: Wanted): Runtime {
  if (wanted.file === IN_MEMORY) {
    return new Runtime({ ...wanted, db: openInMemory(), place: { file: IN_MEMORY, path: IN_MEMORY, bodies: IN_MEMORY } })
  }
  const place = preparePlace(wanted)
  const identity = identityOf(place.path) ?? ''
  const name = `${wanted.mode}:${identity}`
  const held = registry().get(name)
  if (held !== undefined && held.runtime.lost === undefined) {
    held.users++
    held.runtime.space.lower(wanted.maxBytes)
    return held.runtime
  }
  if (!isOurs(identity)) refuseOtherRuntime(place)
  const runtime = connect(place, wanted, identity)
  registry().set(name, { runtime, users: 1 })
  return runtime
}

/** Whether this process has the file open through us, in either mode. */
function isOurs(identity: string): boolean {
  return (['read', 'write'] as const).some((mode) => registry().has(`${mode}:${identity}`))
}

/** Closes the database with its last user. */
export async function release(runtime: Runtime): Promise<void> {
  for (const [name, held] of registry()) {
    if (held.runtime !== runtime) continue
    held.users--
    if (held.users > 0) return runtime.settled()
    registry().delete(name)
  }
  await runtime.close()
}

function connect(place: Place, wanted: Wanted, identity: string): Runtime {
  try {
    return opened(place, wanted)
  } catch (error) {
    if (faultOf(error) !== 'damaged' || wanted.mode === 'read') throw error
    if (wasOurs(place)) throw setAside(place, { identity, error, time: wanted.patience.clock.now() })
    throw storeFailure(
      `sqlite ${place.file}: this is not a SQLite database, or a damaged one. Choose another path, or remove it`,
      error,
    )
  }
}

function opened(place: Place, wanted: Wanted): Runtime {
  const db = wanted.mode === 'read' ? openForReading(place) : openForWriting(place)
  try {
    if (wanted.mode === 'write') mkdirSync(place.bodies, { recursive: true, mode: 0o700 })
    return new Runtime({ ...wanted, place, db })
  } catch (error) {
    db.close()
    throw error
  }
}
