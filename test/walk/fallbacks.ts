import { hang, ok, status } from '../helpers/origin/index.ts'
import { down, type Row, stale, stored, V1 } from './row.ts'

/** Answers with a version because the origin gave nothing, not yet, or not in time. */
export const fallbacks: Record<string, Row> = {
  'stale while revalidate': {
    options: { staleWhileRevalidate: '1h' },
    steps: [ok('one'), ok('three')],
    before: stale,
    told: {
      answer: [200, 'one'],
      inspected: { outcome: 'stale', tier: 'memory', version: V1, staleFor: 2_000 },
      cacheStatus: 'holdfast; hit; ttl=-2; detail=stale-while-revalidate',
      events: ['lookup memory', 'verdict stale-while-revalidate', 'progress 5', 'attempt 200', 'stored 5 after 3'],
    },
  },
  'stale while revalidate, and the refresh fails': {
    options: { staleWhileRevalidate: '1h', retry: 2 },
    steps: [ok('one'), status(503)],
    before: stale,
    told: {
      answer: [200, 'one'],
      inspected: { outcome: 'stale', staleFor: 2_000 },
      cacheStatus: 'holdfast; hit; ttl=-2; detail=stale-while-revalidate',
      events: [
        'lookup memory',
        'verdict stale-while-revalidate',
        'host open',
        'attempt STATUS',
        'host open',
        'attempt STATUS',
        'refresh-failed HttpError',
      ],
    },
  },
  'fallback by a network failure': {
    options: { retry: 2 },
    steps: [ok('one')],
    before: down,
    told: {
      answer: [200, 'one'],
      inspected: {
        outcome: 'fallback',
        tier: 'memory',
        version: V1,
        staleFor: 2_000,
        error: { code: 'CONNECT' },
        attempts: [{}, {}],
      },
      cacheStatus: 'holdfast; fwd=stale; ttl=-2; detail=connect',
      events: ['lookup memory', 'verdict stale', 'attempt CONNECT', 'attempt CONNECT', 'fallback 2000'],
    },
  },
  'fallback by a status': {
    options: { retry: false },
    steps: [ok('one'), status(503)],
    before: stale,
    told: {
      answer: [200, 'one'],
      inspected: {
        outcome: 'fallback',
        version: V1,
        staleFor: 2_000,
        error: { response: { status: 503 } },
        attempts: [{ status: 503 }],
      },
      cacheStatus: 'holdfast; fwd=stale; fwd-status=503; ttl=-2; detail=status',
      events: ['lookup memory', 'verdict stale', 'host open', 'attempt STATUS', 'fallback 2000'],
    },
  },
  'fallback by time, while the download goes on behind': {
    options: { retry: false },
    steps: [ok('one'), hang()],
    before: stale,
    told: {
      answer: [200, 'one'],
      inspected: { outcome: 'fallback', version: V1, staleFor: 12_000, error: { code: 'TIMEOUT' }, attempts: [] },
      cacheStatus: 'holdfast; fwd=stale; ttl=-12; detail=timeout',
      events: ['lookup memory', 'verdict stale', 'fallback 12000', 'attempt TIMEOUT', 'refresh-failed TIMEOUT'],
    },
  },
  'fallback in the cool-down': {
    options: { retry: false },
    steps: [ok('one'), status(503)],
    before: async (g) => {
      await stale(g)
      await stored(g)
    },
    told: {
      answer: [200, 'one'],
      inspected: { outcome: 'fallback', version: V1, staleFor: 2_000 },
      cacheStatus: 'holdfast; hit; ttl=-2; detail=cooldown',
      events: ['lookup memory', 'verdict stale', 'fallback 2000'],
    },
  },
}
