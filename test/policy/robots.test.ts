import { describe, expect, test } from 'vitest'
import { crawlDelay, LONGEST_CRAWL_DELAY } from '../../src/policy/robots.ts'
import { worked } from '../helpers/own-time.ts'
import { fc } from './property.ts'

describe('Crawl-delay of a robots.txt, in milliseconds', () => {
  test.each<[string, string, number]>([
    ['nothing', '', 0],
    ['for all', 'User-agent: *\nCrawl-delay: 2', 2_000],
    ['a fraction', 'User-agent: *\nCrawl-delay: 0.25', 250],
    ['a fraction without its zero', 'User-agent: *\nCrawl-delay: .5', 500],
    ['a fraction of nothing', 'User-agent: *\nCrawl-delay: 5.', 5_000],
    ['for us, by any case, with a version and a comment', 'USER-AGENT : HoldFast/1.0 # us\r\n CRAWL-DELAY :3#s\r\n', 3_000],
    ['for us before for all', 'User-agent: *\nCrawl-delay: 9\nUser-agent: holdfast\nCrawl-delay: 1', 1_000],
    ['for us, and no delay', 'User-agent: *\nCrawl-delay: 9\nUser-agent: holdfast\nDisallow: /x', 0],
    ['for us, and nothing at all', 'User-agent: *\nCrawl-delay: 9\n\nUser-agent: holdfast', 0],
    ['for others', 'User-agent: bot\nCrawl-delay: 9', 0],
    ['for one whose name begins with ours', 'User-agent: holdfaster\nCrawl-delay: 9\nUser-agent: hold\nCrawl-delay: 8', 0],
    ['for all of a name, which is nobody', 'User-agent: *bot\nCrawl-delay: 9', 0],
    ['several names, one group', 'User-agent: bot\n\nUser-agent: *\nUser-agent: other\nCrawl-delay: 4', 4_000],
    ['a rule ends the names', 'User-agent: *\nDisallow: /a\nUser-agent: bot\nCrawl-delay: 4', 0],
    ['a delay ends the names', 'User-agent: *\nCrawl-delay: 1\nUser-agent: bot\nCrawl-delay: 4', 1_000],
    ['a Sitemap ends nothing', 'User-agent: *\nSitemap: https://a.example/s.xml\nUser-agent: bot\nCrawl-delay: 4', 4_000],
    [
      'groups of one name are one',
      'User-agent: *\nDisallow: /a\nUser-agent: bot\nDisallow: /\nUser-agent: *\nCrawl-delay: 6',
      6_000,
    ],
    ['the longest of several', 'User-agent: *\nCrawl-delay: 6\nCrawl-delay: 2\nUser-agent: *\nCrawl-delay: 3', 6_000],
    ['before any name', 'Crawl-delay: 6\nUser-agent: *\nDisallow: /', 0],
    ['commented out', 'User-agent: *\n#Crawl-delay: 6', 0],
    ['no number', 'User-agent: *\nCrawl-delay: soon', 0],
    ['a number with a unit', 'User-agent: *\nCrawl-delay: 5s', 0],
    ['less than nothing', 'User-agent: *\nCrawl-delay: -5', 0],
    ['in hexadecimal, or with an exponent', 'User-agent: *\nCrawl-delay: 0x10\nCrawl-delay: 1e3', 0],
    ['empty', 'User-agent: *\nCrawl-delay:', 0],
    ['a wrong one beside a right one', 'User-agent: *\nCrawl-delay: 1,5\nCrawl-delay: 1', 1_000],
    ['a day', 'User-agent: *\nCrawl-delay: 86400', LONGEST_CRAWL_DELAY],
    ['longer than numbers reach', `User-agent: *\nCrawl-delay: ${'9'.repeat(400)}`, LONGEST_CRAWL_DELAY],
    ['lines that end in CR', 'User-agent: *\rCrawl-delay: 2\r', 2_000],
    ['a page', '<!doctype html>\n<title>User-agent: *</title>\n<p>Crawl-delay: 5', 0],
  ])('%s', (_, text, ms) => {
    expect(crawlDelay(text)).toBe(ms)
  })
})

const agents = ['*', 'holdfast', 'HoldFast/2', 'bot'] as const
const group = fc.record({
  names: fc.array(fc.constantFrom(...agents), { minLength: 1, maxLength: 3 }),
  delays: fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 3 }),
})
const noise = fc.constantFrom('', '# User-agent: holdfast', 'Sitemap: /s.xml', 'nonsense', 'Crawl-delay', ': 5', '\u0000')

test('what was written is what is read, whatever stands between', () => {
  fc.assert(
    fc.property(fc.array(group, { maxLength: 5 }), fc.array(noise, { minLength: 1, maxLength: 5 }), (groups, between) => {
      const lines = groups.flatMap(({ names, delays }) => [
        ...names.map((name) => `User-agent: ${name}`),
        'Disallow: /x',
        ...delays.map((delay) => `Crawl-delay: ${delay}`),
      ])
      const text = lines.flatMap((line, n) => [line, between[n % between.length]]).join('\n')
      const of = (...names: string[]): typeof groups => groups.filter((one) => one.names.some((name) => names.includes(name)))
      const ours = of('holdfast', 'HoldFast/2')
      const obeyed = ours.length > 0 ? ours : of('*')
      const longest = Math.max(0, ...obeyed.flatMap(({ delays }) => delays))
      expect(crawlDelay(text)).toBe(Math.min(longest * 1_000, LONGEST_CRAWL_DELAY))
    }),
  )
})

const pieces = [
  'User-agent',
  'Crawl-delay',
  'Disallow',
  ':',
  '*',
  'holdfast',
  '\n',
  '\r',
  ' ',
  '#',
  '9',
  '.',
  '-',
  '\u0000',
  '\ufeff',
  'é',
]

test('any text gives a number between nothing and the longest', () => {
  const hostile = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 60 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(hostile, (text) => {
      const ms = crawlDelay(text)
      expect(ms >= 0 && ms <= LONGEST_CRAWL_DELAY).toBe(true)
    }),
  )
})

// 500 KiB each: what looks twice at each character for each other one would take minutes.
test.each([
  ['digits', `User-agent: *\nCrawl-delay: ${'1'.repeat(512_000)}x`],
  ['blanks', `User-agent: *\nCrawl-delay: ${' '.repeat(512_000)}x`],
  ['names', 'User-agent: *\nUser-agent: holdfast\nUser-agent: a\n'.repeat(10_000)],
  ['groups', 'User-agent: *\nCrawl-delay: x\n'.repeat(17_000)],
  ['letters in a name', `User-agent: ${'a-'.repeat(256_000)}`],
  ['empty lines', '\r\n'.repeat(256_000)],
  ['colons', ':'.repeat(512_000)],
])('linear in %s', (_, text) => {
  expect(worked(() => expect(crawlDelay(text)).toBe(0))).toBeLessThan(2_000)
})
