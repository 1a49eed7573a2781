import { builtinModules } from 'node:module'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/** Functions of these are not asked for at every start: the module is loaded at the first call. */
const AT_FIRST_CALL: readonly string[] = ['node:crypto', 'node:v8', 'node:os', 'node:fs/promises']

const isFunction = (value: unknown): boolean =>
  typeof value === 'function' && !(Object.hasOwn(value, 'prototype') && /^[A-Z]/.test(value.name))

/** One export for each member; whatever is not used falls out of the bundle. */
function contentsOf(name: string): string {
  const loader = `process.getBuiltinModule(${JSON.stringify(name)})`
  const members = Object.entries(process.getBuiltinModule(name) as object).filter(([member]) => /^[A-Za-z]\w*$/.test(member))
  const named = members.filter(([member]) => member !== 'default')
  if (!AT_FIRST_CALL.includes(name))
    return [
      `export default /* @__PURE__ */ (() => ${loader})()`,
      ...named.map(([member]) => `export const ${member} = /* @__PURE__ */ (() => ${loader}.${member})()`),
    ].join('\n')
  const functions = named.filter(([, value]) => isFunction(value))
  const wrappers = functions.map(([member]) => `export const ${member} = (...args) => load().${member}(...args)`)
  return [`let loaded`, `const load = () => (loaded ??= ${loader})`, ...wrappers].join('\n')
}

/**
 * Imports of Node's own modules as `process.getBuiltinModule`: an `import` reads every export of a module there and then, which loads what
 * stands behind its getters (of `node:fs` the streams, of `node:util` the worker threads), for nobody, and is half of what an import costs.
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
      build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ loader: 'js', contents: contentsOf(path) }))
    },
  }
}
