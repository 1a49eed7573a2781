import { hash } from 'node:crypto'
import type { Expectation } from '../model/settings.ts'

const ALWAYS: ReadonlySet<string> = new Set(['sha256', 'sha384', 'sha512'])

/** Whether this machine computes it: in FIPS mode OpenSSL refuses MD5, and may refuse SHA-1. */
export function isComputed(algorithm: Expectation['algorithm']): boolean {
  if (ALWAYS.has(algorithm)) return true
  try {
    return hash(algorithm, '') !== ''
  } catch {
    return false
  }
}
