import { isBytes } from '../model/bytes.ts'
import type { CacheStatusFacts } from '../model/cache-status.ts'
import type { Call } from '../model/call.ts'
import type { Served, StoredBody } from '../model/rooms.ts'
import { provisional } from './provisional.ts'
import type { Judged } from './rejection.ts'

/** A body to be looked at: who reads it is not its last reader, with whom a spool would go. */
function lent(body: Uint8Array | StoredBody): Uint8Array | StoredBody {
  if (isBytes(body)) return body
  return { size: body.size, chunk: (n) => body.chunk(n), hold: () => () => undefined }
}

/** A version that is still to be judged, as the user's check sees it: whole, whatever the caller asked about a copy of its own. */
export function candidateAnswer(call: Call, { head, written, proven, attempts }: Judged): Served {
  const held = provisional(call, head, { body: lent(written.body), digest: written.digest, proven })
  const status: CacheStatusFacts = { name: 'forwarded', forward: 'miss', status: head.status }
  const asked = { ...call, preconditions: [] }
  return { call: asked, held, body: held.body, outcome: 'miss', attempts, warnings: [], own: [], status }
}
