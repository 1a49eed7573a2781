import type { Report } from '../../model/events.ts'
import type { VersionRecord } from '../../model/record.ts'

interface GivingUp {
  /** The name of its tier. */
  readonly tier: string
  readonly report: Report
  readonly delete: (storeKeys: string[]) => Promise<void>
  /** Says the entry once more, where the version goes along with it. */
  readonly sayAgain: (key: string) => Promise<void>
}

/**
 * A damaged body never heals: its version goes from this tier, so that the next look-up finds another or asks the origin, and so does
 * the word that these bytes are here, so that a fresh download is not given up for them.
 */
export async function giveUp(
  { key, id, digest, url }: Pick<VersionRecord, 'key' | 'id' | 'digest' | 'url'>,
  versionKey: string,
  how: GivingUp,
): Promise<void> {
  const warning = `${how.tier}: the body of version ${id} is damaged; the version is given up`
  how.report('warning', () => ({ key, url, warning }))
  await how.delete([versionKey, `h1:d:${digest}`])
  await how.sayAgain(key)
}
