import type { House } from './house.ts'
import type { Call } from './model/call.ts'
import type { VersionInfo } from './model/inspection.ts'
import type { LabelRecord } from './model/record.ts'
import { versionInfo } from './policy/version-info.ts'

const LABEL = /^[\w.-]{2,64}$/

interface Seed {
  readonly response: Response
  readonly options: { readonly labels?: string[]; readonly storedAt?: Date }
}

function labelRecords(labels: readonly string[], at: number): Record<string, LabelRecord> {
  const records: Record<string, LabelRecord> = {}
  for (const label of labels) {
    if (!LABEL.test(label))
      throw new TypeError(`labels: ${JSON.stringify(label)} is not a label. Give 2 to 64 letters, digits, '-', '_' or '.'.`)
    Object.defineProperty(records, label, { value: { at, by: 'put', on: true }, enumerable: true })
  }
  return records
}

/** Stores a response as if the origin had sent it. */
export async function putVersion(house: House, call: Call, { response, options }: Seed): Promise<VersionInfo> {
  const at = options.storedAt?.getTime() ?? house.clock.now()
  if (Number.isNaN(at)) throw new TypeError('storedAt: this date is not valid. Give a Date.')
  const labels = labelRecords(options.labels ?? [], at)
  const { status, statusText, url, redirected } = response
  const headers = [...response.headers].map(([name, value]) => [name, value] as const)
  const head = { status, statusText, headers, url: url || call.url, redirected, requestedAt: at, receivedAt: at }
  const writer = house.bodies.writer({
    key: call.key,
    url: call.url,
    expected: undefined,
    storable: true,
    maxEntryBytes: call.settings.maxEntryBytes,
    partial: undefined,
    integrity: '',
  })
  if (response.body !== null) for await (const piece of response.body) await writer.write(piece)
  const found = await house.tiers.lookup(call, () => false)
  const written = await writer.finish()
  const { held } = await house.versions.keep(call, found, {
    obtained: { name: 'whole', head, written, proven: true, attempts: [] },
    right: undefined,
    labels,
  })
  return versionInfo(held, house.clock.now())
}
