import type { VersionInfo } from '../model/inspection.ts'
import type { Held } from '../model/rooms.ts'
import { isPinned, labelsOf } from './selection.ts'

/** A version as callers are told of it. */
export function versionInfo(
  { entry, variant, ref, version }: Pick<Held, 'entry' | 'variant' | 'ref' | 'version'>,
  now: number,
): VersionInfo {
  const ids = (
    entry.variants.find((candidate) => candidate.values === variant.values && String(candidate.vary) === String(variant.vary)) ??
    variant
  ).versions
    .filter((candidate) => candidate.removed === undefined)
    .map(({ id }) => id)
  const place = ids.indexOf(ref.id)
  const previous = place > 0 ? ids[place - 1] : undefined
  const next = place >= 0 ? ids[place + 1] : undefined
  return {
    id: ref.id,
    digest: ref.digest,
    size: version.size,
    status: version.status,
    storedAt: new Date(ref.storedAt),
    checkedAt: new Date(ref.checkedAt),
    labels: labelsOf(ref),
    pinned: isPinned(ref, now),
    proven: version.proven,
    headers: new Headers(version.headers.map(([name, value]) => [name, value])),
    url: version.url,
    ...(previous !== undefined && { previous }),
    ...(next !== undefined && { next }),
  }
}
