import type { CacheMode, Settings } from '../../src/model/settings.ts'
import { judge, type Verdict } from '../../src/policy/judge.ts'
import type { Candidate } from '../../src/policy/staleness.ts'
import { type Fields, facts, judged, NOON } from './given.ts'

export interface Row {
  /** Of the stored response; undefined: nothing is stored. */
  stored?: Fields | undefined
  status?: number
  /** Milliseconds since it was checked. */
  age?: number
  invalidated?: number
  asked?: Fields
  method?: string
  cache?: CacheMode
  settings?: Partial<Settings>
}

export const TAGGED: Fields = { etag: '"1"' }
export const STANDARD: Partial<Settings> = { respect: 'standard' }

export const cc = (value: string, more: Fields = TAGGED): Fields => ({ 'cache-control': value, ...more })

function candidateOf({ stored, status = 200, invalidated }: Row): Candidate | undefined {
  return stored && { facts: facts(stored, { status }), requestedAt: NOON, checkedAt: NOON, invalidatedAt: invalidated }
}

export function judgement(row: Row): Verdict {
  const { asked = {}, method = 'GET', cache = 'default', settings = {}, age = 0 } = row
  return judge(candidateOf(row), judged({ fields: asked, method, cache, settings }), NOON + age)
}

export function verdictOf(row: Row): string {
  const { name, reason } = judgement(row)
  return `${name}: ${reason}`
}
