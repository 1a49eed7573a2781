import { describe, expect, test } from 'vitest'
import { alongTo, type RedirectQuestion, redirectOf } from '../../src/policy/redirect.ts'
import { headers } from './given.ts'

const FROM = 'https://example.org/a/b?c#d'

function outcome(over: Partial<Omit<RedirectQuestion, 'from'>> & { from?: string } = {}): string {
  const { from = FROM, ...rest } = over
  const verdict = redirectOf({
    status: 302,
    location: '/x',
    method: 'GET',
    body: 'without',
    mode: 'follow',
    redirects: 0,
    ...rest,
    from: new URL(from),
  })
  if (verdict.name === 'none') return 'none'
  if (verdict.name === 'error') return verdict.cause
  return `${verdict.method} ${verdict.url.href}${verdict.keepsBody ? '' : ' without body'}`
}

describe('a redirect (Fetch standard 4.4)', () => {
  test.each<[string, Parameters<typeof outcome>[0]]>([
    ['GET https://example.org/x#d', {}],
    ['GET https://example.org/a/x#d', { location: 'x' }],
    ['GET https://example.org/a/b?y#d', { location: '?y' }],
    ['GET https://example.org/x#e', { location: '/x#e' }],
    ['GET https://other.example/x#d', { location: '//other.example/x' }],
    ['scheme', { location: 'http://example.org/x' }],
    ['body', { location: '//other.example/x', method: 'POST', status: 307, body: 'with a body' }],
    ['POST https://other.example/x#d', { location: '//other.example/x', method: 'POST', status: 307 }],
    ['HEAD https://example.org/x#d', { method: 'HEAD' }],
    ['none', { location: undefined }],
    ['none', { status: 200 }],
    ['none', { status: 304 }],
    ['none', { status: 300 }],
    ['none', { mode: 'manual' }],
    ['mode', { mode: 'error' }],
    ['mode', { mode: 'error', location: undefined }],
    ['none', { mode: 'error', status: 404 }],
    ['url', { location: 'http://[' }],
    ['url', { location: 'https://exa mple/' }],
    ['scheme', { location: 'file:///etc/passwd' }],
    ['scheme', { location: 'ftp://example.org/' }],
    ['scheme', { location: 'data:text/plain,x' }],
    ['scheme', { location: 'javascript:alert(1)' }],
    ['credentials', { location: 'https://user:pass@example.org/x' }],
    ['credentials', { location: 'https://user@other.example/x' }],
    ['credentials', { location: 'https://:pass@other.example/x' }],
    ['GET https://example.org/x#d', { redirects: 19 }],
    ['too many', { redirects: 20 }],
  ])('%s: %j', (expected, over) => {
    expect(outcome(over)).toBe(expected)
  })

  test.each<[number, string, string]>([
    [301, 'POST', 'GET without body'],
    [302, 'POST', 'GET without body'],
    [303, 'POST', 'GET without body'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [301, 'PUT', 'PUT'],
    [302, 'PUT', 'PUT'],
    [303, 'PUT', 'GET without body'],
    [303, 'GET', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [301, 'GET', 'GET'],
  ])('%i of a %s: %s', (status, method, expected) => {
    expect(outcome({ status, method, location: 'https://a.example/', from: 'https://a.example/' })).toBe(
      expected.replace(/^(\w+)/, '$1 https://a.example/'),
    )
  })

  test('a message says nothing of where it would have led', () => {
    const verdict = redirectOf({
      status: 302,
      location: 'https://canary:canary@a.example/canary',
      from: new URL(FROM),
      method: 'GET',
      body: 'without',
      mode: 'follow',
      redirects: 0,
    })
    expect(JSON.stringify(verdict)).not.toContain('canary')
  })
})

describe('headers on the way to another origin', () => {
  const given = headers({
    accept: '*/*',
    authorization: '1',
    cookie: '2',
    'proxy-authorization': '3',
    'x-api-key': '4',
    host: 'example.org',
    'x-a': '5',
  })
  const names = (from: string, to: string): string[] =>
    alongTo(given, { from: new URL(from), to: new URL(to) }, { credentialHeaders: new Set(['x-api-key']) }).map(([name]) => name)

  test('all within an origin', () => {
    expect(names('https://a.example/x', 'https://a.example:443/y')).toEqual(given.map(([name]) => name))
  })

  test.each(['https://b.example/', 'http://a.example/', 'https://a.example:8443/', 'https://sub.a.example/'])(
    'no credentials to %s',
    (to) => {
      expect(names('https://a.example/', to)).toEqual(['accept', 'x-a'])
    },
  )
})
