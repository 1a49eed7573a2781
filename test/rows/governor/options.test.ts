import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { createCachedFetch, type Options } from '../../../src/index.ts'

function saidBy(limits: unknown): string {
  try {
    createCachedFetch({ tiers: [memory()], limits } as Options)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as Error).message
  }
  throw new Error('it was accepted')
}

describe('a wrong limit of hosts names the option, what was given, and the cure', () => {
  test.each<[string, unknown, string[]]>([
    ['nothing to match', { rate: 1 }, ['limits.hosts[0].match', 'undefined', "'api.example.org'"]],
    ['no host', { match: 'http://a.example' }, ['limits.hosts[0].match', 'http://a.example', "'*.example.org'"]],
    ['a path', { match: 'a.example/b' }, ['limits.hosts[0].match', 'a.example/b', 'host name']],
    ['blanks', { match: 'a example' }, ['limits.hosts[0].match', 'a example', 'host name']],
    ['a rate of nothing', { match: 'a.example', rate: 0 }, ['limits.hosts[0].rate', '0', 'above 0']],
    ['a rate that is text', { match: 'a.example', rate: '5/s' }, ['limits.hosts[0].rate', '5/s', 'for instance 5']],
    ['per without a rate', { match: 'a.example', per: '1s' }, ['limits.hosts[0]', '1s', 'Give rate too']],
    ['per nothing', { match: 'a.example', rate: 1, per: 0 }, ['limits.hosts[0].per', '0', "'1s'"]],
    ['per a year', { match: 'a.example', rate: 1, per: '365d' }, ['limits.hosts[0].per', '365d', 'quota']],
    ['too seldom', { match: 'a.example', rate: 0.01, per: '20d' }, ['limits.hosts[0].rate', '0.01', 'quota']],
    [
      'a burst beyond the rate',
      { match: 'a.example', rate: 5, burst: 6 },
      ['limits.hosts[0].burst', '6', 'at most the rate, which is 5'],
    ],
    ['half a burst', { match: 'a.example', rate: 5, burst: 1.5 }, ['limits.hosts[0].burst', '1.5', 'whole number']],
    ['no concurrency', { match: 'a.example', concurrency: 0 }, ['limits.hosts[0].concurrency', '0', 'from 1 up']],
    ['a share of somebody', { match: 'a.example', share: 'all' }, ['limits.hosts[0].share', 'all', "'host', 'pattern'"]],
    ['half a quota', { match: 'a.example', quota: { calls: 5 } }, ['limits.hosts[0].quota', 'calls', "per: 'month'"]],
    [
      'a quota by the hour',
      { match: 'a.example', quota: { calls: 5, per: 'hour' } },
      ['limits.hosts[0].quota.per', 'hour', "'day', 'month'"],
    ],
    ['robots to be obeyed', { match: 'a.example', robots: 'obey' }, ['limits.hosts[0].robots', 'obey', 'true or false']],
    ['a slip', { match: 'a.example', rte: 5 }, ['limits.hosts[0].rte', '5', 'Did you mean "rate"']],
  ])('%s', (_, host, words) => {
    const said = saidBy({ hosts: [host] })
    for (const word of words) expect(said).toContain(word)
  })
})

test.each([
  'a.example',
  '*',
  '*.example',
  'a.example:8080',
  '[::1]:8080',
  '::1',
  '127.0.0.1',
  'BÜCHER.example.',
  'a_b.example',
  'a-*.example',
])('match %j is a host or a glob', (match) => {
  expect(() => createCachedFetch({ tiers: [memory()], limits: { hosts: [{ match, rate: 1 }] } })).not.toThrow()
})

const LOGIN = 'redis://me:canary/4711@redis.example.org:6379'
test.each([
  ['limits.shared', { limits: { shared: LOGIN } }],
  ['limits.shared.redis', { limits: { shared: { redis: LOGIN.slice(1) } } }],
  ['limits.shared.redis', { limits: { shared: { redis: { url: LOGIN } } } }],
  ['limits.shared.redis', { limits: { shared: { redis: { host: 'redis.example.org', password: 'canary/4711' } } } }],
  ['limits.shared', { limits: { shared: { redis: LOGIN, sqlite: './limits.db' } } }],
  ['limits.shred', { limits: { shred: LOGIN } }],
  ['tiers[0]', { tiers: [LOGIN] }],
  ['tiers', { tiers: LOGIN }],
])('%s: a password in the address of a store is in no message', (name, options) => {
  const making = (): unknown => createCachedFetch(options as never)
  expect(making).toThrow(name)
  expect(making).toThrow(/^(?!.*4711)/)
})
