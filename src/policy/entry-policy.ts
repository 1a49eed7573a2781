import type { Call } from '../model/call.ts'
import type { EntryRecord } from '../model/record.ts'
import type { Settings } from '../model/settings.ts'
import { CALL_READERS, type Layer, readCallOptions } from './call-options.ts'
import { type Readers, readObject, wrong } from './option-readers.ts'
import { overlaySpecific } from './precedence.ts'

/** What says which entry it is cannot be said of an entry; nor can what is not of one program only be stored. */
const IDENTITY: readonly string[] = ['key', 'partition', 'group', 'safe']
const CODE: readonly string[] = ['schema', 'check', 'onProgress']

const POLICY_READERS: Readers = Object.fromEntries(
  Object.entries(CALL_READERS).filter(([name]) => !IDENTITY.includes(name) && !CODE.includes(name)),
)

/** JSON has no word for it. */
const FOREVER = 'Infinity'

/**
 * Options for an entry, as they are stored.
 *
 * @throws TypeError for an option that is unknown, wrong, part of an entry's identity, or code.
 */
export function policyOptions(given: unknown): Record<string, unknown> {
  if (typeof given === 'object' && given !== null) refuse(given)
  readObject(given, POLICY_READERS, 'policy')
  const json = JSON.stringify(given, (_name, value: unknown) => (value === Number.POSITIVE_INFINITY ? FOREVER : value))
  return JSON.parse(json) as Record<string, unknown>
}

function refuse(given: object): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (IDENTITY.includes(name))
      throw wrong(
        `policy.${name}`,
        value,
        'It says which entry is meant, so it cannot be stored with one. Give it with the call.',
      )
    if (CODE.includes(name)) throw wrong(`policy.${name}`, value, 'Code cannot be stored. Give it with the call or in a rule.')
  }
  const { retry } = given as { retry?: { shouldRetry?: unknown } | null }
  if (typeof retry === 'object' && retry?.shouldRetry !== undefined)
    throw wrong('policy.retry.shouldRetry', retry.shouldRetry, 'Code cannot be stored. Give it with the call or in a rule.')
}

/** The same, for whoever asks what was said. */
export function toldPolicy({ policy }: { readonly policy?: EntryRecord['policy'] }): Record<string, unknown> {
  const revive = (_name: string, value: unknown): unknown => (value === FOREVER ? Number.POSITIVE_INFINITY : value)
  return JSON.parse(JSON.stringify(policy?.options ?? {}), revive) as Record<string, unknown>
}

const overlaid = (under: Settings, own: object | undefined): Settings =>
  own === undefined ? under : overlaySpecific(under, own as Layer)

/** The call as the entry's stored policy would have it: over rules and instance, under what the call says itself. */
export function obeying(call: Call, entry: EntryRecord | undefined): Call {
  const { layers } = call
  if (entry?.policy === undefined || entry.policy.options === null || layers === undefined) return call
  const policy = layerOf(entry)
  if (policy === undefined) return call
  return { ...call, settings: overlaid(overlaySpecific(layers.under, policy), layers.own) }
}

/** The same of a call that has obeyed already: an entry may say something else by now, or nothing. */
export function obeyingAnew(call: Call, entry: EntryRecord | undefined): Call {
  const { layers } = call
  if (layers === undefined) return call
  return obeying({ ...call, settings: overlaid(layers.under, layers.own) }, entry)
}

/** The call as anybody else would make it: under the same rules, the same instance and the same entry, with no options of its own. */
export function asOthersAsk(call: Call, entry: EntryRecord | undefined): Call {
  const { layers } = call
  return layers === undefined ? call : obeying({ ...call, settings: layers.under, layers: { ...layers, own: undefined } }, entry)
}

/** What a later release has stored may be beyond us: it is obeyed where it is understood as a whole. */
function layerOf(entry: EntryRecord): Layer | undefined {
  try {
    return readCallOptions(toldPolicy(entry))
  } catch {
    return undefined
  }
}
