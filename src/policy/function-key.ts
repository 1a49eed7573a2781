import { argumentsText, keyValueText } from './argument-key.ts'
import { sha256 } from './cache-key.ts'

/** What all results of a function have in common, in the place of a URL: they grow stale, and are deleted, under it. */
export function functionUrl(name: string): string {
  return `function:${encodeURIComponent(name.toWellFormed())}`
}

/** The name in it. */
export function functionName(url: string): string {
  return decodeURIComponent(url.slice('function:'.length))
}

export interface FunctionIdentity {
  readonly group: string
  /** The principal that the instance names; null and undefined: the same for all. */
  readonly partition: string | null | undefined
  readonly name: string
  readonly v: string | number
}

/** Whether arguments stand in keys as they are. In a store that outlives the process they do not: they may be secrets. */
export type Shown = 'in clear' | 'as a digest'

/** Makes the key text of one call, from what it asks: which function, which release of it, whose, and of what. No fetch has a key like it. */
export function functionKeys({ group, partition, name, v }: FunctionIdentity, shown: Shown): (asked: string) => string {
  const principal = partition === undefined || partition === null ? '' : `=${partition}`
  const release = keyValueText(v)
  const prefix = `${group.length}:${group}${principal.length}:${principal}@${name.length}:${name}${release.length}:${release}`
  if (shown === 'in clear') return (asked) => `${prefix}${asked}`
  return (asked) => `${prefix}#${sha256(asked)}`
}

/** Whose call it is, and of what. */
export function askedText(self: string, args: string): string {
  return `${self.length}:${self}${args}`
}

/** The arguments that matter, as text. */
export function callText(args: readonly unknown[], key: ((...args: unknown[]) => unknown) | undefined): string {
  return key === undefined ? argumentsText(args) : keyValueText(key(...args))
}
