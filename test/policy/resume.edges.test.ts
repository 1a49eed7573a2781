import { expect, test } from 'vitest'
import { checkPart } from '../../src/policy/resume.ts'
import { facts, headers } from './given.ts'

test.each([
  [499, { name: 'append', overlap: 1, length: 501, total: 1000 }],
  [500, { name: 'append', overlap: 0, length: 500, total: 1000 }],
  [501, { name: 'restart', reason: 'starts later' }],
])('500 bytes are here and the part begins at %i: not one byte may be missing between', (from, verdict) => {
  const url = 'https://example.org/f'
  const part = { status: 206, headers: headers({ etag: '"1"', 'content-range': `bytes ${from}-999/1000` }), url }
  const kept = { bytes: 500, total: 1000, url, facts: facts({ etag: '"1"' }), proof: 'validator' } as const
  expect(checkPart(part, kept)).toEqual(verdict)
})
