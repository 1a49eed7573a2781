import type { HostLimitRule, HostTable, Limits, Pace, Quota, SharedPlace } from '../model/limits.ts'
import { hostPattern, hostTable } from './host-limits.ts'
import {
  count,
  duration,
  flag,
  listOf,
  oneOf,
  type Reader,
  type Readers,
  readObject,
  size,
  text,
  wrong,
} from './option-readers.ts'
import { paceOf } from './pace.ts'

export const DEFAULT_LIMITS: Limits = {
  concurrency: 6,
  total: Number.POSITIVE_INFINITY,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  queue: Number.POSITIVE_INFINITY,
  hosts: { ruleFor: () => undefined },
  shared: undefined,
}

/** Timers reach no further. */
const LONGEST_PER = 24 * 86_400_000

const positive: Reader<number> = (value, path) => {
  if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value))
    throw wrong(path, value, 'Give a number above 0, for instance 5.')
  return value
}

const per: Reader<number> = (value, path) => {
  const ms = duration(value, path)
  if (ms <= 0 || ms > LONGEST_PER)
    throw wrong(path, value, "Give a duration such as '1s', of at most 24 days; for longer spans there is quota.")
  return ms
}

const bytesPerSecond: Reader<number> = (value, path) => {
  const bytes = size(value, path)
  if (bytes < 1) throw wrong(path, value, "Give bytes a second, for instance '1MB'; leave it out for no limit.")
  return bytes
}

const quota: Reader<Quota> = (value, path) => {
  const { calls, per: span } = readObject(value, { calls: count(1), per: oneOf('day', 'month') }, path)
  if (calls === undefined || span === undefined)
    throw wrong(path, value, "Give both, for instance { calls: 1000, per: 'month' }.")
  return { calls: calls as number, per: span as Quota['per'] }
}

const PACED: Readers = { rate: positive, per, burst: count(1) }

interface Said {
  readonly rate?: number
  readonly per?: number
  readonly burst?: number
}

function pace(said: Said, given: unknown, path: string): Pace | undefined {
  const { rate, per: span = 1_000, burst = 1 } = said
  if (rate === undefined) {
    if (said.per !== undefined || said.burst !== undefined)
      throw wrong(path, given, "per and burst speak of a rate. Give rate too, for instance { rate: 5, per: '1s' }.")
    return undefined
  }
  if (burst > rate && burst > 1)
    throw wrong(`${path}.burst`, burst, `Give at most the rate, which is ${rate}: no more than that start in any span of per.`)
  const paced = paceOf({ rate, per: span, burst })
  if (paced.within > LONGEST_PER) throw wrong(`${path}.rate`, rate, 'That is less than one in 24 days. Give a quota instead.')
  return paced
}

const HOST: Readers = {
  match: text,
  share: oneOf('host', 'pattern'),
  concurrency: count(1),
  ...PACED,
  quota,
  robots: flag,
}

const host: Reader<HostLimitRule> = (value, path) => {
  const said = readObject(value, HOST, path)
  if (said.match === undefined)
    throw wrong(`${path}.match`, undefined, "Say which hosts it is for, for instance 'api.example.org' or '*.example.org'.")
  return {
    ...hostPattern(said.match as string, `${path}.match`),
    share: (said.share as HostLimitRule['share'] | undefined) ?? 'host',
    concurrency: said.concurrency as number | undefined,
    pace: pace(said as Said, value, path),
    quota: said.quota as Quota | undefined,
    robots: (said.robots as boolean | undefined) ?? false,
  }
}

const shared: Reader<SharedPlace | undefined> = (value, path) => {
  const said = readObject(value, { redis: (given) => given, sqlite: text }, path)
  const cure =
    "Give { redis: 'redis://localhost:6379' }, { redis: a client of ioredis for one server }, or { sqlite: './limits.db' }."
  const given = [said.redis, said.sqlite].filter((one) => one !== undefined).length
  // `{ redis: process.env.REDIS_URL }` where there is none.
  if (given === 0 && Object.keys(value as object).length > 0) return undefined
  if (given !== 1) throw wrong(path, value, cure)
  if (said.sqlite !== undefined) return { name: 'sqlite', file: said.sqlite as string }
  const { redis } = said
  const isClient =
    typeof redis === 'object' &&
    redis !== null &&
    ['defineCommand', 'duplicate'].every((name) => name in redis) &&
    !('isCluster' in redis && redis.isCluster === true)
  if (typeof redis === 'string' ? !URL.canParse(redis) : !isClient) throw wrong(`${path}.redis`, redis, cure)
  return { name: 'redis', client: redis as string | object }
}

const LIMITS: Readers = {
  concurrency: count(1),
  total: count(1),
  bytesPerSecond,
  queue: count(1),
  hosts: (value, path): HostTable => hostTable(listOf(host)(value, path)),
  shared,
}

/** The option `limits`. @throws TypeError that names the wrong one, its value, and the cure. */
export const limits: Reader<Limits> = (value, path) => ({ ...DEFAULT_LIMITS, ...readObject(value, LIMITS, path) })

/** The option `limit` of a buffered function: a bucket of its own. */
export interface FunctionLimit {
  readonly concurrency: number
  readonly pace: Pace | undefined
}

export const functionLimit: Reader<FunctionLimit> = (value, path) => {
  const said = readObject(value, { concurrency: count(1), rate: positive, per }, path)
  return {
    concurrency: (said.concurrency as number | undefined) ?? Number.POSITIVE_INFINITY,
    pace: pace(said as Said, value, path),
  }
}

/** A bucket of its own, as a governor has it: one host, which is whatever it is called. */
export function limitsOf({ concurrency, pace: paced }: FunctionLimit): Limits {
  const all = hostPattern('*', 'limit')
  return {
    ...DEFAULT_LIMITS,
    concurrency,
    hosts: hostTable([{ ...all, share: 'pattern', concurrency, pace: paced, quota: undefined, robots: false }]),
  }
}
