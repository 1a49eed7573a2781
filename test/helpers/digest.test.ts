import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { pseudoRandom, pseudoRandomSource, sha256, sha256OfSource } from './digest.ts'
import { worked } from './own-time.ts'

test('sha256 is that of the published test vector', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(sha256(Buffer.from('abc'))).toBe(sha256('abc'))
})

test('the same seed gives the same bytes, another seed others', () => {
  expect(sha256(pseudoRandom(100_003, 'a'))).toBe(sha256(pseudoRandom(100_003, 'a')))
  expect(sha256(pseudoRandom(100_003, 'a'))).not.toBe(sha256(pseudoRandom(100_003, 'b')))
  expect(pseudoRandom(0)).toHaveLength(0)
})

test('the bytes do not compress', () => {
  expect(gzipSync(pseudoRandom(65_536)).length).toBeGreaterThan(65_536)
})

test('a source gives any part of the same bytes', () => {
  const bytes = pseudoRandom(3_000_001, 'parts')
  const source = pseudoRandomSource(3_000_001, 'parts')
  for (const [start, end] of [
    [0, 1],
    [15, 17],
    [16, 32],
    [1_234_567, 1_300_000],
    [2_999_990, 3_000_001],
  ] as const) {
    expect(Buffer.from(source.slice(start, end)).equals(bytes.subarray(start, end))).toBe(true)
  }
  expect(source.slice(3_000_000, 9_000_000)).toHaveLength(1)
  expect(sha256OfSource(source)).toBe(sha256(bytes))
})

test('20 MB are made in less than 200 ms', () => {
  expect(worked(() => expect(pseudoRandom(20_000_000)).toHaveLength(20_000_000))).toBeLessThan(200)
})
