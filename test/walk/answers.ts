import { ok } from '../helpers/origin/index.ts'
import { type Row, stale, stored, tagged, V1 } from './row.ts'

/** Answers from the store, from the origin, or from both. */
export const answers: Record<string, Row> = {
  miss: {
    steps: [tagged],
    told: {
      answer: [200, 'one'],
      inspected: { outcome: 'miss', tier: 'memory', version: V1, attempts: [{ status: 200, bytes: 3 }] },
      cacheStatus: 'holdfast; fwd=uri-miss; fwd-status=200; stored',
      events: ['lookup nowhere', 'verdict miss', 'progress 3', 'attempt 200', 'stored 3'],
    },
  },
  hit: {
    steps: [tagged],
    before: stored,
    told: {
      answer: [200, 'one'],
      inspected: { outcome: 'hit', tier: 'memory', version: V1, attempts: [] },
      cacheStatus: 'holdfast; hit; ttl=10',
      events: ['lookup memory', 'verdict fresh'],
    },
  },
  'revalidated by a 304': {
    steps: [tagged],
    before: stale,
    told: {
      answer: [200, 'one'],
      inspected: { outcome: 'revalidated', tier: 'memory', version: V1, attempts: [{ status: 304, bytes: 0 }] },
      cacheStatus: 'holdfast; fwd=stale; fwd-status=304; stored',
      events: ['lookup memory', 'verdict revalidate', 'attempt 304'],
    },
  },
  'revalidated by equal bytes': {
    steps: [ok('one')],
    before: stale,
    told: {
      answer: [200, 'one'],
      inspected: { outcome: 'revalidated', tier: 'memory', version: V1, attempts: [{ status: 200, bytes: 3 }] },
      cacheStatus: 'holdfast; fwd=stale; fwd-status=200; stored',
      events: ['lookup memory', 'verdict stale', 'progress 3', 'attempt 200'],
    },
  },
  changed: {
    steps: [ok('one'), ok('three')],
    before: stale,
    told: {
      answer: [200, 'three'],
      inspected: { outcome: 'miss', tier: 'memory', version: { size: 5 }, attempts: [{ status: 200, bytes: 5 }] },
      cacheStatus: 'holdfast; fwd=stale; fwd-status=200; stored',
      events: ['lookup memory', 'verdict stale', 'progress 5', 'attempt 200', 'stored 5 after 3'],
    },
  },
  'offline, with a version': {
    steps: [tagged],
    before: stale,
    through: (fetch) => fetch.extend({ mode: 'offline' }),
    told: {
      answer: [200, 'one'],
      inspected: { outcome: 'hit', tier: 'memory', version: V1, attempts: [] },
      cacheStatus: 'holdfast; hit; ttl=-2',
      events: ['lookup memory', 'verdict stale'],
    },
  },
  'offline, without': {
    options: { mode: 'offline' },
    steps: [tagged],
    told: { answer: 'NOT_CACHED', events: ['lookup nowhere', 'verdict miss'] },
  },
  'only-if-cached, with a version': {
    steps: [tagged],
    before: stale,
    init: { cache: 'only-if-cached', mode: 'same-origin' },
    told: {
      answer: [200, 'one'],
      inspected: { outcome: 'hit', version: V1 },
      cacheStatus: 'holdfast; hit; ttl=-2',
      events: ['lookup memory', 'verdict stale'],
    },
  },
  'only-if-cached, without': {
    steps: [tagged],
    init: { cache: 'only-if-cached', mode: 'same-origin' },
    told: { answer: 'NOT_CACHED', events: ['lookup nowhere', 'verdict miss'] },
  },
}
