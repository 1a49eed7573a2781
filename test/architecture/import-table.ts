import { isBuiltin } from 'node:module'
import { type Source, type Violation, violation } from './source.ts'

/** The one exception to "src knows no adapter": where the default instance and a bare Keyv in `tiers` get their stores. */
const BUILDS_DEFAULT_STORES: Readonly<Record<string, readonly string[]>> = {
  'src/instance.ts': [
    'adapters/stores/memory.ts',
    'adapters/stores/sqlite.ts',
    'adapters/stores/keyv.ts',
    'adapters/stores/keyv/shape.ts',
  ],
}

/** One call's way through the rooms, onto a flight, and one flight's: they are handed the rooms, and construct nothing. */
const CORRIDOR: ReadonlySet<string> = new Set(['src/pipeline.ts', 'src/boarding.ts', 'src/landing.ts'])

/** The libraries that a stage is about. */
const LIBRARIES_OF_STAGE: Readonly<Record<string, readonly string[]>> = {
  governor: ['p-queue', 'bottleneck', 'ioredis'],
  download: ['p-retry'],
  scheduler: ['croner'],
}

/** The library that an adapter is about, by the stem of its file or folder. */
const LIBRARY_OF_ADAPTER: Readonly<Record<string, string>> = {
  'adapters/stores/keyv': 'keyv',
  'adapters/stores/redis': '@redis/client',
}

/** What the files beside the rooms touch themselves, because it is asked before there is a room or after the last one. */
const BUILT_INS_OF_DOORS: Readonly<Record<string, readonly string[]>> = {
  'src/create.ts': ['node:crypto'],
  'src/default-place.ts': ['node:fs', 'node:os', 'node:path', 'node:sea', 'node:worker_threads'],
  'src/save-to.ts': ['node:fs', 'node:fs/promises', 'node:path', 'node:stream', 'node:stream/promises', 'node:crypto'],
}

const RANDOM_OF_CRYPTO: ReadonlySet<string> = new Set([
  '*',
  'default',
  'getRandomValues',
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'webcrypto',
])

/** Imports that design.md section 4 does not allow. */
export function misplacedImports(sources: readonly Source[]): Violation[] {
  return sources.flatMap((source) => {
    const allowed = allowedIn(source.path)
    if (!allowed) return []
    return source.imports.flatMap(({ to, names, line }) => {
      if (to === undefined) return [violation(source, line, 'imports a computed path, so nobody can tell what')]
      if (!allowed(to)) return [violation(source, line, `may not import ${to}`)]
      const random = source.path.startsWith('src/policy/')
        ? names.find((name) => RANDOM_OF_CRYPTO.has(name) && to === 'node:crypto')
        : undefined
      return random ? [violation(source, line, `policy may not import ${random} of node:crypto: randomness is handed in`)] : []
    })
  })
}

type Allowed = (to: string) => boolean

function allowedIn(path: string): Allowed | undefined {
  const [top, layer] = path.split('/')
  if (top === 'src') {
    if (path === 'src/model/clock.ts') return (to) => within('src/model')(to) || to === 'node:timers'
    if (layer === 'model') return within('src/model')
    if (layer === 'policy') return (to) => within('src/model', 'src/policy')(to) || to === 'node:crypto'
    if (layer === 'stages') return allowedInStage(path)
    if (CORRIDOR.has(path)) return (to) => within('src/model', 'src/policy')(to) || CORRIDOR.has(to)
    return allowedInDoor(path)
  }
  if (top === 'adapters') return allowedInAdapter(path)
  if (top === 'examples' || top === 'bench') return (to) => isPackage(to) || to.startsWith(`${top}/`)
  return undefined
}

function allowedInStage(path: string): Allowed {
  const stage = stemOf(path, 3)
  const libraries = LIBRARIES_OF_STAGE[stage.slice('src/stages/'.length)]
  return (to) =>
    within('src/model', 'src/policy')(to) ||
    isNode(to) ||
    (to.startsWith('src/stages/') && stemOf(to, 3) === stage) ||
    libraries?.includes(to) === true
}

function allowedInDoor(path: string): Allowed {
  return (to) =>
    (to.startsWith('src/') && to !== 'src/index.ts') ||
    BUILDS_DEFAULT_STORES[path]?.includes(to) === true ||
    BUILT_INS_OF_DOORS[path]?.includes(to) === true
}

function allowedInAdapter(path: string): Allowed {
  const [, group] = path.split('/')
  const library = LIBRARY_OF_ADAPTER[stemOf(path, 3)]
  const outside: Allowed =
    group === 'stores' || group === 'testing' ? within('src/model') : (to) => to === 'src/index.ts' || within('src/model')(to)
  return (to) => outside(to) || isNode(to) || to.startsWith(`adapters/${group}/`) || to === library
}

function within(...folders: string[]): Allowed {
  return (to) => folders.some((folder) => to.startsWith(`${folder}/`))
}

function isNode(to: string): boolean {
  return to.startsWith('node:') && isBuiltin(to)
}

/** Also the package itself, by its name. A path that leaves the repository's own folders begins with one of them or with dots. */
function isPackage(to: string): boolean {
  return !/^(\.|\/|(src|adapters|test|scripts|dist|examples|bench)\/)/.test(to)
}

/** The room a file belongs to: `src/stages/tiers.ts` and `src/stages/tiers/guard.ts` are both `src/stages/tiers`. */
function stemOf(path: string, depth: number): string {
  return path.split('/').slice(0, depth).join('/').replace(/\.ts$/, '')
}
