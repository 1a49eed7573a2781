import { describe, expect, test } from 'vitest'
import type { HeaderList } from '../../src/model/headers.ts'
import { askedWait, exhaustedFor, learnedWait } from '../../src/policy/rate-limit-fields.ts'
import { worked } from '../helpers/own-time.ts'
import { fc } from './property.ts'

const NOW = Date.UTC(2026, 0, 15, 12)
const seconds = (epochMs: number): string => String(epochMs / 1000)

const head = (fields: Record<string, string>, status = 200): { status: number; headers: HeaderList; receivedAt: number } => ({
  status,
  headers: Object.entries(fields),
  receivedAt: NOW,
})

describe('nothing is left', () => {
  test.each<[Record<string, string>, number | undefined]>([
    [{ ratelimit: '"default";r=0;t=30' }, 30_000],
    [{ ratelimit: '"default";r=1;t=30' }, undefined],
    [{ ratelimit: '"default"; r=0; t=30' }, 30_000],
    [{ ratelimit: '"burst";r=0;t=5, "daily";r=0;t=60, "other";r=9;t=900' }, 60_000],
    [{ ratelimit: '"default";r=0', 'ratelimit-policy': '"default";q=100;w=10' }, 10_000],
    [{ ratelimit: '"default";r=0', 'ratelimit-policy': '"other";q=100;w=10' }, undefined],
    [{ ratelimit: '"default";r=0;t=0' }, undefined],
    [{ ratelimit: '"default";r=0;t=-1' }, undefined],
    [{ ratelimit: '"default";r=0;t=soon' }, undefined],
    [{ ratelimit: 'limit=100, remaining=0, reset=7' }, 7_000],
    [{ ratelimit: 'limit=100, remaining=3, reset=7' }, undefined],
    [{ 'ratelimit-remaining': '0', 'ratelimit-reset': '12' }, 12_000],
    [{ 'ratelimit-remaining': '1', 'ratelimit-reset': '12' }, undefined],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '12' }, 12_000],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1.5' }, 1_500],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': seconds(NOW + 9_000) }, 9_000],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW + 9_000) }, 9_000],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': seconds(NOW - 9_000) }, undefined],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'Thu, 15 Jan 2026 12:00:05 GMT' }, 5_000],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': seconds(NOW + 9_000), date: 'Thu, 15 Jan 2026 12:00:04 GMT' }, 5_000],
    [{ 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '3' }, 3_000],
    [{ 'x-ratelimit-remaining': '0' }, undefined],
    [{ 'x-ratelimit-reset': '12' }, undefined],
    [{ 'x-ratelimit-remaining': '', 'x-ratelimit-reset': '12' }, undefined],
    [{ 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': '12' }, undefined],
    [{ 'x-ratelimit-remaining': '0x0', 'x-ratelimit-reset': '12' }, undefined],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999999999999' }, undefined],
  ])('%j', (fields, ms) => {
    expect(exhaustedFor(head(fields))).toBe(ms)
  })
})

describe('how long a host waits', () => {
  const settings = { maxRetryAfter: 300_000, statusCodes: [408, 429, 500, 503] }
  test.each<[number, Record<string, string>, number | undefined]>([
    [429, { 'retry-after': '2' }, 2_000],
    [503, { 'retry-after-ms': '150', 'retry-after': '2' }, 150],
    [503, { 'retry-after-ms': '-1', 'retry-after': '2' }, 2_000],
    [500, { 'retry-after': '2' }, 2_000],
    [200, { 'retry-after': '2' }, undefined],
    [404, { 'retry-after': '2' }, undefined],
    [429, {}, undefined],
    [429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4' }, 4_000],
    [429, { 'retry-after': '1', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4' }, 1_000],
    [200, { ratelimit: '"a";r=0;t=86400' }, 300_000],
    [429, { 'retry-after': '86400' }, 86_400_000],
  ])('%i %j', (status, fields, ms) => {
    expect(learnedWait(head(fields, status), settings)).toBe(ms)
  })
})

const NAMES = [
  'ratelimit',
  'ratelimit-policy',
  'ratelimit-remaining',
  'ratelimit-reset',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'retry-after',
  'retry-after-ms',
  'date',
]
const pieces = fc.constantFrom(
  '"',
  ';',
  ',',
  '=',
  'r=0',
  't=9',
  ' ',
  '0',
  '-',
  '1e9',
  'default',
  '99999999999999999999',
  'ü',
  '\t',
)
const text = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.array(pieces, { maxLength: 60 }).map((all) => all.join('')),
)

test('whatever a server writes: a wait that a timer takes, or none', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...NAMES), text), fc.constantFrom(200, 429, 503), (fields, status) => {
      for (const wait of [exhaustedFor(head(fields, status)), askedWait(head(fields, status))]) {
        if (wait === undefined) continue
        expect(Number.isFinite(wait) && wait >= 0 && wait <= 2 ** 31 * 1000).toBe(true)
      }
    }),
  )
})

test('a field of a megabyte is looked at in no time, and says nothing', () => {
  const long = `${'"default";r=0;t=30,'.repeat(60_000)}"default";r=0;t=30`
  expect(worked(() => expect(exhaustedFor(head({ ratelimit: long }))).toBeUndefined())).toBeLessThan(100)
})
