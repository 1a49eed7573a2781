import type { House } from './house.ts'
import type { Call } from './model/call.ts'
import { HoldfastError } from './model/errors.ts'
import type { VersionInfo } from './model/inspection.ts'
import { poured } from './model/poured.ts'
import { ArrivedHead } from './policy/arrived-head.ts'
import { listOf, type Reader, readObject, wrong } from './policy/option-readers.ts'
import { isCached } from './policy/passing.ts'
import { idsOf } from './policy/removal.ts'
import { label } from './policy/select-options.ts'
import { sharingOf } from './policy/sharing.ts'
import { versionInfo } from './policy/version-info.ts'

interface Seed {
  readonly response: Response
  readonly options: { readonly labels?: string[]; readonly storedAt?: Date }
}

const labels: Reader<string[]> = listOf(label)

const storedAt: Reader<Date> = (value, path) => {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw wrong(path, value, 'Give a valid Date.')
  return value
}

/** No stored answer has one of these: a network error, a part of a body, the word that another copy is still right. */
const UNFIT: ReadonlySet<number> = new Set([0, 206, 304])

/** @throws TypeError for what could never be an answer. */
function refuseUnfit(response: unknown, call: Call): void {
  const status: unknown = (response as Response | undefined)?.status
  if (typeof status !== 'number' || typeof (response as Response).arrayBuffer !== 'function')
    throw wrong('put', response, 'Give a Response.')
  if ((response as Response).bodyUsed)
    throw new TypeError('put: the body of this response has been read; put a clone() made before')
  // By their key these would be what a GET is answered with.
  if (call.method === 'HEAD' || !isCached(call))
    throw wrong('put', call.method, 'Give the request of a GET, or of a POST that a rule calls safe.')
  if (UNFIT.has(status)) throw wrong('put', status, 'Give a whole answer: a status of 0, 206 or 304 is none.')
}

function headOf({ status, statusText, headers, url, redirected }: Response, call: Call, at: number): ArrivedHead {
  const fields = [...headers].map(([name, value]) => [name, value] as const)
  return new ArrivedHead({
    status,
    statusText,
    headers: fields,
    url: url || call.url,
    redirected,
    requestedAt: at,
    receivedAt: at,
  })
}

/** Stores a response as if the origin had sent it. */
export async function putVersion(house: House, call: Call, { response, options }: Seed): Promise<VersionInfo> {
  refuseUnfit(response, call)
  const read = readObject(options, { labels, storedAt }, 'put') as { labels?: string[]; storedAt?: Date }
  const at = read.storedAt?.getTime() ?? house.clock.now()
  const head = headOf(response, call, at)
  const { arrivals, versions } = await house.outside.get()
  const writer = arrivals.writer({
    key: call.key,
    url: call.url,
    expected: undefined,
    storable: true,
    shareable: sharingOf(call, head) === 'shareable',
    maxEntryBytes: call.settings.maxEntryBytes,
    partial: undefined,
    algorithms: [],
  })
  const written = await poured(response.body ?? [], writer)
  const found = await house.tiers.lookup(call, () => false)
  const { held } = await versions.keep(call, found, {
    obtained: { name: 'whole', head, written, proven: true, attempts: [] },
    right: undefined,
    storedAt: read.storedAt?.getTime(),
    labels: Object.fromEntries((read.labels ?? []).map((name) => [name, { on: true }])),
    isAwaited: true,
  })
  // Where another process has deleted it by the time that it is written, no tier failed.
  if (held.tier === undefined && idsOf(held.entry).includes(held.ref.id))
    throw new HoldfastError('STORE', 'no tier took the version', { url: call.url })
  if (call.settings.refresh !== undefined) house.scheduler.note({ call, held })
  return versionInfo(held, house.clock.now())
}
