import { memory } from '../../adapters/stores/memory.ts'
import type { EntryRecord, LiveVersion, VersionRef } from '../../src/model/record.ts'
import type { LiveRecords, Store } from '../../src/model/store.ts'
import { LiveShelf } from '../../src/stages/tiers/live-shelf.ts'

export type Live = Store & { live: LiveRecords }

export const AT: number = 1_790_000_000_000
export const KEY: string = '7:default0:GET http://a.test/1'

export function given(): { store: Live; shelf: LiveShelf; names: () => string[] } {
  const store = memory() as Live
  return { store, shelf: new LiveShelf(store.live, store, 'hold here'), names: () => [...(store.live.keys?.() ?? [])] }
}

export const refOf = (id: string, more: Partial<VersionRef> = {}): VersionRef => ({
  id,
  digest: `digest of ${id}`,
  size: 4,
  storedAt: AT,
  checkedAt: AT + 5,
  date: AT - 700,
  ...more,
})

export function entryOf(key: string, refs: VersionRef[], more: Partial<EntryRecord> = {}): EntryRecord {
  return {
    key,
    method: 'GET',
    url: 'http://a.test/1',
    group: 'default',
    variants: [{ vary: [], values: '', versions: refs }],
    ...more,
  }
}

export function placedOf(
  key: string,
  { id, digest, storedAt, checkedAt }: VersionRef,
): { version: LiveVersion; body: Uint8Array } {
  const headers: LiveVersion['headers'] = [
    ['content-type', 'text/plain'],
    ['etag', `"${id}"`],
  ]
  const version: LiveVersion = {
    key,
    id,
    variant: '',
    status: 200,
    statusText: 'OK',
    url: 'http://a.test/1',
    redirected: false,
    headers,
    size: 4,
    digest,
    proven: true,
    storedAt,
    checkedAt,
    requestedAt: AT - 1,
  }
  return { version, body: Buffer.from(id.slice(0, 4)) }
}
