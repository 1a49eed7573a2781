import { isBytes } from '../model/bytes.ts'
import type { Call } from '../model/call.ts'
import type { Held, Landing, Obtained, ResponseHead, StoredBody } from '../model/rooms.ts'
import { keptHeaders } from './kept-headers.ts'

export interface PassingBody {
  readonly body: Uint8Array | StoredBody
  readonly digest: string
  readonly proven: boolean
}

/** An answer in the shape of a version that no tier has: its id is empty. */
export function provisional(call: Call, head: ResponseHead, { body, digest, proven }: PassingBody): Held {
  const size = isBytes(body) ? body.length : body.size
  const ref = { id: '', digest, storedAt: head.receivedAt, checkedAt: head.receivedAt }
  const variant = { vary: [], values: '', versions: [] }
  const entry = { key: call.key, method: call.method, url: call.url, group: call.settings.group, variants: [] }
  const headers = keptHeaders(head, call.settings)
  const { status, statusText, url, redirected, requestedAt, receivedAt } = head
  const version = {
    key: call.key,
    id: '',
    variant: '',
    status,
    statusText,
    url,
    redirected,
    headers,
    size,
    digest,
    proven,
    storedAt: receivedAt,
    checkedAt: receivedAt,
    requestedAt,
  }
  return { entry, variant, ref, version, body, tier: undefined }
}

/** What has no body to wait for: a stream, or a 304 that the caller's own condition brought. */
export function bodiless(call: Call, obtained: Exclude<Obtained, { name: 'whole' }>): Landing {
  const { head, attempts } = obtained
  const held = provisional(call, head, { body: new Uint8Array(0), digest: '', proven: true })
  if (obtained.name === 'live') return { name: 'live', held, stream: obtained.stream, attempts, head }
  return { name: 'transient', held, reason: 'status', attempts, head }
}
