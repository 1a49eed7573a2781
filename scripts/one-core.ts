import { readFile } from 'node:fs/promises'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/** Each of its modules is loaded with the core, or after it. */
const AFTER = 'after the core'

/**
 * What `core` imports at once becomes one file. A file costs as much as 8 KB of text to load, and esbuild makes one for each set of entries
 * and late modules that share something: twenty and more. So each of them says that it comes after the core, as is the case: a late module is
 * asked for by what is there already, and nobody imports a store without the fetch that it is for. `apart`: entries that must not load it.
 */
export function oneCore(core: string, { apart }: { apart: readonly string[] }): Plugin {
  return {
    name: 'one core',
    setup(build) {
      build.onResolve({ filter: /^[./]|^src\/|^adapters\// }, async ({ path, kind, resolveDir, pluginData }) => {
        if ((kind !== 'dynamic-import' && kind !== 'entry-point') || pluginData === AFTER) return undefined
        const resolved = await build.resolve(path, { kind, resolveDir, pluginData: AFTER })
        const isAfter = resolved.path !== core && !apart.includes(resolved.path)
        return isAfter ? { ...resolved, sideEffects: false, pluginData: AFTER } : undefined
      })
      build.onResolve({ filter: /^the core$/ }, () => ({ path: core, namespace: AFTER }))
      // As a namespace that is not used: a bare import of what has no side effects would be told as a mistake.
      build.onLoad({ filter: /.*/, namespace: AFTER }, () => ({
        contents: `import * as core from ${JSON.stringify(core)}`,
        resolveDir: '/',
      }))
      build.onLoad({ filter: /\.ts$/, namespace: 'file' }, async ({ path, pluginData }) =>
        pluginData === AFTER ? { contents: `import 'the core'\n${await readFile(path, 'utf8')}`, loader: 'ts' } : undefined,
      )
    },
  }
}
