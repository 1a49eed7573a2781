/**
 * What a runtime other than Node.js is given in place of each entry point. It has every name that the entry points
 * export, since an import of a missing name would fail with the linker's sentence instead of this one.
 */
function refuse(): never {
  throw new Error(
    'holdfast runs on Node.js 24 or later only: it needs node:http, node:sqlite and files, as Node.js offers them. ' +
      'In a bundle for it the condition "node" must be resolved (Rollup: nodeResolve({ exportConditions: ["node"] })).',
  )
}

export const cachedFetch: never = refuse()
export const createCachedFetch: never = refuse()
export const buffered: never = refuse()
export const inspect: never = refuse()
export const saveTo: never = refuse()
export const fileNameOf: never = refuse()
export const HoldfastError: never = refuse()
export const HttpError: never = refuse()
export const memory: never = refuse()
export const sqlite: never = refuse()
export const folder: never = refuse()
export const redis: never = refuse()
export const sealed: never = refuse()
export const keyv: never = refuse()
export const storeContract: never = refuse()
export const actAsLeaseHolder: never = refuse()
export const manualClock: never = refuse()
export const chaos: never = refuse()
