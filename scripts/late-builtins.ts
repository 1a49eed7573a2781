import { builtinModules } from 'node:module'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/** Functions of these are not asked for at every start: the module is loaded at the first call. */
const AT_FIRST_CALL: readonly string[] = ['node:crypto', 'node:v8']

const isClass = (value: unknown): boolean =>
  typeof value === 'function' && Object.hasOwn(value, 'prototype') && /^[A-Z]/.test(value.name)

/** Wrappers of each function; whatever is not used falls out of the bundle. */
function atFirstCall(name: string): string {
  const members = Object.entries(process.getBuiltinModule(name) as object)
  const functions = members.filter(([, member]) => typeof member === 'function' && !isClass(member))
  return [
    'let loaded',
    `const load = () => (loaded ??= process.getBuiltinModule(${JSON.stringify(name)}))`,
    ...functions.map(([member]) => `export const ${member} = (...args) => load().${member}(...args)`),
  ].join('\n')
}

/**
 * Imports of Node's own modules as `process.getBuiltinModule`: an `import` reads every export of a module there and then, which loads what
 * stands behind its getters (of `node:fs` the streams, of `node:util` the decoders), for nobody, and is half of what an import costs.
 */
export function lateBuiltins(): Plugin {
  return {
    name: 'late builtins',
    setup(build) {
      build.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
        kind === 'import-statement' && builtinModules.includes(path.slice(5))
          ? { path, namespace: 'builtin', sideEffects: false }
          : undefined,
      )
      build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
        loader: 'js',
        contents: AT_FIRST_CALL.includes(path)
          ? atFirstCall(path)
          : `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
      }))
    },
  }
}
