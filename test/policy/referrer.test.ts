import { expect, test } from 'vitest'
import { refererOf } from '../../src/policy/referrer.ts'

// What a loopback origin cannot show: a page under https, and a server that is asked in clear.
const page = 'https://user:pass@a.example/page?q=1#part'
const SAME = 'https://a.example/x'
const OTHER = 'https://b.example/x'
const CLEAR = 'http://a.example/x'
const whole = 'https://a.example/page?q=1'
const origin = 'https://a.example/'

test.each([
  ['', whole, origin, undefined],
  ['no-referrer', undefined, undefined, undefined],
  ['no-referrer-when-downgrade', whole, whole, undefined],
  ['origin', origin, origin, origin],
  ['origin-when-cross-origin', whole, origin, origin],
  ['same-origin', whole, undefined, undefined],
  ['strict-origin', origin, origin, undefined],
  ['strict-origin-when-cross-origin', whole, origin, undefined],
  ['unsafe-url', whole, whole, whole],
] as const)('%s', (policy, own, other, inClear) => {
  const told = (to: string) => refererOf(page, policy, new URL(to))
  expect([told(SAME), told(OTHER), told(CLEAR)]).toEqual([own, other, inClear])
})

test.each(['localhost', '127.0.0.1', '127.9.9.9', '[::1]'])('%s is no network: nothing is told in clear', (host) => {
  expect(refererOf(page, '', new URL(`http://${host}:8080/x`))).toBe(origin)
})

test.each([
  [4_096, 4_096],
  [4_097, origin.length],
])('a page of %i characters is told in %i', (length, told) => {
  expect(refererOf(origin + 'x'.repeat(length - origin.length), 'unsafe-url', new URL(SAME))).toHaveLength(told)
})
