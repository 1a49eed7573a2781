import type { Options } from 'tsup'

type Plugin = NonNullable<Options['plugins']>[number]

/** Text is minified, and no text of ours has such a line in it. */
export const BARE: RegExp = /(?<=^|;)import"\.\/[^"]+";?/gm

/**
 * esbuild has a late file import once more what was loaded before it, to keep an order that nothing here depends on. A bundler that reads
 * `sideEffects: false` tells its user that such an import is ignored.
 */
export function withoutBareImports(): Plugin {
  return { name: 'without bare imports', renderChunk: (code) => ({ code: code.replace(BARE, '') }) }
}
