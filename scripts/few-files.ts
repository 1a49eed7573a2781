import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const CORE = 'what is there at once'
const STORES = 'what stores share'

/** What stands together in one file: modules, by what they are called. */
const TOGETHER: Readonly<Record<string, readonly string[]>> = {
  [CORE]: ['./src/index.ts'],
  // Those that the core names, and what others have in common with them.
  [STORES]: [
    './adapters/stores/memory.ts',
    './adapters/stores/sqlite.ts',
    './adapters/stores/keyv.ts',
    './adapters/stores/crc.ts',
    'node:crypto',
    'node:fs',
    'node:os',
    'node:path',
    'node:timers',
  ],
}

/** After what a module is loaded: nobody imports a store without the fetch that it is for, and what is late is asked for by who is there. */
function loadedAfter(path: string, kind: 'entry-point' | 'dynamic-import'): string | undefined {
  if (kind === 'dynamic-import' && path.startsWith(`${ROOT}src/`)) return CORE
  return path.startsWith(`${ROOT}adapters/`) ? STORES : undefined
}

/**
 * Makes few files of what is imported at once. To load a file costs as much as to read 8 KB of text, and esbuild makes one for each set of
 * entries and late modules that have something in common. So each says after what it is loaded: then what that is stays together.
 */
export function fewFiles(): Plugin {
  return {
    name: 'few files',
    setup(build) {
      build.onResolve({ filter: /^[^/]*\// }, async ({ path, kind, resolveDir, pluginData }) => {
        if ((kind !== 'dynamic-import' && kind !== 'entry-point') || pluginData === 'asked') return undefined
        const found = await build.resolve(path, { kind, resolveDir, pluginData: 'asked' })
        const first = loadedAfter(found.path, kind)
        return first === undefined ? undefined : { ...found, sideEffects: false, pluginData: first }
      })
      build.onResolve({ filter: /^what / }, ({ path }) => ({ path, namespace: 'together' }))
      // As namespaces that are not used: a bare import of what has no side effects would be told as a mistake.
      build.onLoad({ filter: /.*/, namespace: 'together' }, ({ path }) => ({
        contents: (TOGETHER[path] ?? []).map((name, n) => `import * as _${n} from '${name}'`).join('\n'),
        resolveDir: ROOT,
      }))
      build.onLoad({ filter: /\.ts$/, namespace: 'file' }, async ({ path, pluginData }) =>
        typeof pluginData === 'string' && pluginData in TOGETHER
          ? { contents: `import '${pluginData}'\n${await readFile(path, 'utf8')}`, loader: 'ts' }
          : undefined,
      )
    },
  }
}
