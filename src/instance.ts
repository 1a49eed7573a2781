import { isKeyv } from '../adapters/stores/keyv/shape.ts'
import { keyv } from '../adapters/stores/keyv.ts'
import { memory } from '../adapters/stores/memory.ts'
import { sqlite } from '../adapters/stores/sqlite.ts'
import type { Buffered } from './buffered.ts'
import { type CachedFetch, frontDoor } from './cached-fetch.ts'
import { buildHouse } from './create.ts'
import { defaultPlace, standing } from './default-place.ts'
import type { CallBasis } from './fetch-call.ts'
import { Functions } from './functions.ts'
import { DEFAULT_PLAN, type House, type HousePlan } from './house.ts'
import type { Options } from './model/options.ts'
import type { Settings } from './model/settings.ts'
import type { Store } from './model/store.ts'
import { assertNodeVersion } from './node-version.ts'
import { ALWAYS_CREDENTIALS, DEFAULT_CREDENTIAL_HEADERS } from './policy/cache-key.ts'
import { type InstanceOptions, readInstanceOptions, SHARED_OPTIONS } from './policy/instance-options.ts'
import { oneOf, wrong } from './policy/option-readers.ts'
import { DEFAULT_SETTINGS, overlay } from './policy/precedence.ts'
import { isStore } from './policy/store-shape.ts'
import { retentionBy } from './retention-rules.ts'

/** A store as it is; a Keyv wrapped; anything else is a mistake that would only show at the first call. */
function storeOf(given: object, index: number): Store {
  if (isStore(given)) return given as Store
  if (isKeyv(given)) return keyv(given)
  throw wrong(`tiers[${index}]`, given, "It is neither a store nor a Keyv. Give for instance memory() from 'holdfast/memory'.")
}

interface Built {
  readonly house: House
  readonly basis: CallBasis
}

function basisOf({ layer, rules, headers, credentialHeaders }: InstanceOptions, under: CallBasis): CallBasis {
  return {
    settings: withEnvironment(overlay(under.settings, layer)),
    rules: rules ?? under.rules,
    headers:
      headers.length > 0
        ? [...under.headers.filter(([name]) => !headers.some(([over]) => over === name)), ...headers]
        : under.headers,
    // A list replaces the default's, but for what HTTP itself calls credentials: without them in the key users would share answers.
    credentialHeaders:
      credentialHeaders === undefined ? under.credentialHeaders : new Set([...ALWAYS_CREDENTIALS, ...credentialHeaders]),
  }
}

/** HOLDFAST_MODE overrides the instance's mode, for a program that is to be run offline without touching its code. */
function withEnvironment(settings: Settings): Settings {
  const mode = process.env.HOLDFAST_MODE
  return mode === undefined || mode === ''
    ? settings
    : { ...settings, mode: oneOf('online', 'prefer-offline', 'offline')(mode, 'HOLDFAST_MODE') }
}

const BARE: CallBasis = { settings: DEFAULT_SETTINGS, rules: [], headers: [], credentialHeaders: DEFAULT_CREDENTIAL_HEADERS }

function build(options: Options): Built {
  assertNodeVersion()
  const read = readInstanceOptions(options)
  const basis = basisOf(read, BARE)
  const { tiers, ...rooms } = read.rooms as Partial<HousePlan> & { tiers?: object[] }
  const place = tiers === undefined ? defaultPlace(process.env, process.argv[1]) : undefined
  const stores = tiers === undefined ? [memory(), ...(place?.name === 'folder' ? [sqlite(place.file)] : [])] : tiers.map(storeOf)
  const plan: HousePlan = {
    ...DEFAULT_PLAN,
    storeTimeout: undefined,
    fetch: undefined,
    waitUntil: undefined,
    ...rooms,
    limits: standing(rooms.limits ?? DEFAULT_PLAN.limits),
    stores,
    retention: retentionBy(basis),
  }
  const house = buildHouse(plan)
  if (place?.name === 'memory' && place.why !== 'asked' && place.why !== 'test runner') {
    const warning = `memory only: ${place.why}`
    // In a later turn, so that a listener that is added at once hears it.
    queueMicrotask(() => house.emitter.report('warning', () => ({ key: '', url: '', warning })))
  }
  return { house, basis }
}

function doorOf(built: () => Built, functions: Functions, close: () => Promise<void>): CachedFetch {
  return frontDoor({
    house: () => built().house,
    basis: () => built().basis,
    functions,
    extend: (options) => extended(built, functions, options),
    close,
    isClosed: () => built().house.isClosed(),
  })
}

function ownDoor(built: () => Built): CachedFetch {
  return doorOf(built, new Functions(), () => built().house.close())
}

/** A child: its own options over its parent's, in its parent's house. */
function extended(built: () => Built, functions: Functions, options: Options): CachedFetch {
  const read = readInstanceOptions(options)
  const shared = SHARED_OPTIONS.find((name) => name in read.rooms)
  if (shared !== undefined)
    throw new TypeError(
      `extend: "${shared}" is shared with the parent instance. Make a separate instance with createCachedFetch().`,
    )
  const { house, basis } = built()
  const child: Built = { house, basis: basisOf(read, basis) }
  return doorOf(
    () => child,
    functions,
    () => house.idle(),
  )
}

/**
 * Makes an instance with tiers, flights and limits of its own.
 *
 * @throws TypeError that names an unknown or wrong option, its value, and the cure.
 */
export function createCachedFetch(options: Options = {}): CachedFetch {
  const built = build(options)
  return ownDoor(() => built)
}

/** An instance that is built at its first use: importing it touches nothing. */
export function lazyCachedFetch(): CachedFetch {
  return lazy(() => ({}))
}

function lazy(options: () => Options): CachedFetch {
  let built: Built | undefined
  return ownDoor(() => {
    built ??= build(options())
    return built
  })
}

/** The side door of an instance of its own, in memory. */
export function lazyBuffered(): Buffered {
  return lazy(() => ({ tiers: [memory()] })).buffered
}
