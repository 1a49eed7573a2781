import { createHash } from 'node:crypto'
import { chunksOf } from '../../../model/body-chunks.ts'
import { isBytes } from '../../../model/bytes.ts'
import { nextRound } from '../../../model/clock.ts'
import { type LiveVersion, plainOf, type VersionRecord } from '../../../model/record.ts'
import type { StoredBody } from '../../../model/rooms.ts'
import { sha256 } from '../../../policy/cache-key.ts'
import type { Placed } from '../placed.ts'
import type { Tier } from '../tier.ts'
import { readAlong, readVersions, type VersionName } from './reading.ts'
import type { UpkeepRooms } from './rooms.ts'

/** A version as a tier gives it; undefined where it has none that can be read. */
export async function placedIn(
  { open }: Pick<UpkeepRooms, 'open'>,
  tier: Tier,
  name: VersionName & { readonly key: string },
): Promise<(Placed & { readonly isDamaged: () => boolean }) | undefined> {
  if (tier.shelf !== undefined) return ofLive(tier.shelf.lookVersion(name.key, name.id))
  const owed = tier.owed.of(name.key)?.versions.get(name.id)
  if (owed !== undefined) return { ...owed, isDamaged: () => false }
  const [record] = await readVersions(tier, [name])
  if (record !== undefined) return record === 'foreign' ? undefined : placedOf(open, tier, record)
  const copy = await readAlong(tier, name)
  const placed = copy && placedOf(open, tier, copy)
  // Who audits goes from record to record, and so has not proven this one.
  return placed && (await isWhole(placed)) ? placed : undefined
}

/** What a live tier holds may say where a durable one has the same body: these are its own bytes. */
function ofLive(version: LiveVersion | undefined): (Placed & { isDamaged: () => boolean }) | undefined {
  if (version?.body === undefined) return undefined
  return { version: { ...plainOf(version), home: undefined }, body: version.body, isDamaged: () => false }
}

/** A version by its record. `isDamaged` tells, after a read that failed, whether it was the body's fault and not the store's. */
export function placedOf(
  open: UpkeepRooms['open'],
  { store }: Tier,
  version: VersionRecord,
): Placed & { readonly isDamaged: () => boolean } {
  if (version.body !== undefined) return { version, body: version.body, isDamaged: () => false }
  const { bodyId, size } = version
  if (bodyId === undefined) return { version, body: new Uint8Array(0), isDamaged: () => false }
  let damaged = false
  const body = open(store, { bodyId, size }, () => {
    damaged = true
  })
  return { version: { ...version, home: { tier: store.name, bodyId } }, body, isDamaged: () => damaged }
}

/** Whether all of its bytes are there, and are the ones that its digest speaks of. Rejects where the store cannot say. */
export async function isWhole({ version, body, isDamaged }: Placed & { readonly isDamaged: () => boolean }): Promise<boolean> {
  if (isBytes(body)) return body.length === version.size && sha256(body) === version.digest
  try {
    return (await digestOf(body)) === version.digest
  } catch (error) {
    if (isDamaged()) return false
    throw error
  }
}

async function digestOf(body: StoredBody): Promise<string> {
  const hash = createHash('sha256')
  const release = body.hold()
  try {
    for await (const chunk of chunksOf(body)) {
      hash.update(chunk)
      await nextRound()
    }
  } finally {
    release()
  }
  return hash.digest('hex')
}
