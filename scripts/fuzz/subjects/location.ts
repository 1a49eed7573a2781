import { type RedirectVerdict, redirectOf } from '../../../src/policy/redirect.ts'
import { type Subject, subject } from '../subject.ts'

const FROM = new URL('https://example.org/folder/page?query')

const location: Subject = subject<RedirectVerdict>({
  name: 'Location',
  // biome-ignore format: one a line would be a page
  pieces: [
    '/', '//', '..', './', '?', '#', '@', ':', '\\', 'https://', 'HTTP://', 'javascript:', 'file:///', 'user:pass@', 'example.org', 'a',
    '%2e%2e', '%', '[::1]', ':80', ':99999', '\t', ' ', 'xn--', '\u3002', 'data:,x', '127.1',
  ],
  openers: ['https://example.org/'],
  parse: (text) =>
    redirectOf({ status: 302, location: text, from: FROM, method: 'POST', body: 'without', mode: 'follow', redirects: 0 }),
  fault(verdict) {
    if (verdict.name === 'none') return 'a redirect with a Location is none'
    if (verdict.name === 'error') return undefined
    const { url, method } = verdict
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return `follows to ${url.href}`
    return url.username === '' && url.password === '' && method === 'GET' ? undefined : `follows to ${url.href} by ${method}`
  },
  shown: (verdict) => (verdict.name === 'follow' ? verdict.url.href : verdict.name),
  valid(chance) {
    const path = `/${chance.of(['a', 'a/b', 'a%20b', ''])}${chance.of(['', '?x=1'])}`
    const origin = chance.of(['', 'https://example.org', 'https://example.org:443', 'HTTPS://EXAMPLE.org'])
    return {
      text: origin + path,
      means: { name: 'follow', url: new URL(FROM.origin + path), method: 'GET', keepsBody: false },
    }
  },
})

export const LOCATION: readonly Subject[] = [location]
