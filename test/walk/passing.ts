import { ok } from '../helpers/origin/index.ts'
import { type Row, stored, tagged } from './row.ts'

/** What passes by the store, or through it. */
export const passing: Record<string, Row> = {
  'no-store asked for': {
    steps: [tagged],
    before: stored,
    init: { cache: 'no-store' },
    told: {
      answer: [200, 'one'],
      inspected: { outcome: 'bypass', reason: 'no-store' },
      cacheStatus: 'holdfast; fwd=bypass; fwd-status=200; stored=?0; detail=no-store',
      events: ['lookup memory', 'verdict bypass', 'progress 3', 'attempt 200', 'store-skipped no-store'],
    },
  },
  'no-store by the origin': {
    options: { ttl: 'http' },
    steps: [ok('one', { headers: { 'Cache-Control': 'no-store' } })],
    told: {
      answer: [200, 'one'],
      inspected: { outcome: 'bypass', reason: 'no-store' },
      cacheStatus: 'holdfast; fwd=uri-miss; fwd-status=200; stored=?0; detail=no-store',
      events: ['lookup nowhere', 'verdict miss', 'progress 3', 'attempt 200', 'store-skipped no-store'],
    },
  },
  live: {
    steps: [ok('data: 1\n\n', { headers: { 'Content-Type': 'text/event-stream' } })],
    told: {
      answer: [200, 'data: 1\n\n'],
      inspected: { outcome: 'bypass', reason: 'live' },
      cacheStatus: 'holdfast; fwd=uri-miss; fwd-status=200; stored=?0; detail=live',
      events: ['lookup nowhere', 'verdict miss', 'attempt 200'],
    },
  },
  'an unsafe method': {
    steps: [ok('done')],
    init: { method: 'POST', body: 'x' },
    told: {
      answer: [200, 'done'],
      inspected: { outcome: 'bypass', reason: 'method' },
      cacheStatus: 'holdfast; fwd=method; fwd-status=200; stored=?0; detail=method',
      events: ['verdict bypass', 'attempt 200'],
    },
  },
  'a safe POST whose answer says nothing of its freshness': {
    options: { safe: true, ttl: 'http' },
    steps: [ok('found')],
    init: { method: 'POST', body: 'x' },
    told: {
      answer: [200, 'found'],
      inspected: { outcome: 'bypass', reason: 'method' },
      cacheStatus: 'holdfast; fwd=method; fwd-status=200; stored=?0; detail=method',
      events: ['lookup nowhere', 'verdict miss', 'progress 5', 'attempt 200'],
    },
  },
  streaming: {
    options: { delivery: 'streaming' },
    steps: [tagged],
    told: {
      answer: [200, 'one'],
      inspected: { outcome: 'miss' },
      cacheStatus: 'holdfast; fwd=uri-miss; fwd-status=200; detail=streaming',
      events: ['lookup nowhere', 'verdict miss', 'progress 3', 'attempt 200', 'stored 3'],
    },
  },
}
