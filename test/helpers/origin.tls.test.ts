import https from 'node:https'
import { expect, test } from 'vitest'
import { selfSigned } from './certificate.ts'
import { startCutProxy } from './cut-proxy.ts'
import { closeDelimited, cut, ok, reset, startOrigin } from './origin/index.ts'

const NO_OPENSSL = 'there is no openssl here to make a certificate'

async function get(url: string, ca?: string): Promise<string> {
  const options = ca === undefined ? { agent: false } : { agent: false, ca }
  const answer = await new Promise<AsyncIterable<Buffer>>((resolve, reject) => {
    https.get(url, options, resolve).on('error', reject)
  })
  let text = ''
  for await (const piece of answer) text += piece.toString()
  return text
}

test('over TLS: whole, cut, reset and delimited by the close', async ({ skip }) => {
  const certificate = await selfSigned()
  if (!certificate) return skip(NO_OPENSSL)
  await using origin = await startOrigin({ tls: certificate })
  origin.script('/f', ok('hello'), cut('hello', 2), reset('hello', 2), closeDelimited('hello', { cutAt: 4 }))
  expect(origin.url('/f')).toMatch(/^https:/)
  expect(await get(origin.url('/f'), certificate.cert)).toBe('hello')
  await expect(get(origin.url('/f'), certificate.cert)).rejects.toThrow('aborted')
  await expect(get(origin.url('/f'), certificate.cert)).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(await get(origin.url('/f'), certificate.cert)).toBe('hell')
})

test('a certificate that nobody trusts, one for another name, and no TLS at all are refused', async ({ skip }) => {
  const certificate = await selfSigned('DNS:elsewhere.invalid')
  if (!certificate) return skip(NO_OPENSSL)
  await using origin = await startOrigin({ tls: certificate })
  await using plain = await startOrigin()
  await expect(get(origin.url('/f'))).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  await expect(get(origin.url('/f'), certificate.cert)).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  await expect(get(plain.url('/f').replace('http:', 'https:'))).rejects.toThrow(/wrong version number|packet length/)
  expect([origin.hits(), plain.hits()]).toEqual([0, 0])
})

test('the cut proxy speaks TLS to its upstream', async ({ skip }) => {
  const certificate = await selfSigned()
  if (!certificate) return skip(NO_OPENSSL)
  await using origin = await startOrigin({ tls: certificate })
  origin.script('/f', ok('hello'))
  await using proxy = await startCutProxy({ upstream: origin.url('/'), cuts: [], ca: certificate.cert })
  expect(await (await fetch(proxy.url('/f'))).text()).toBe('hello')
  await using wary = await startCutProxy({ upstream: origin.url('/'), cuts: [] })
  expect((await fetch(wary.url('/f'))).status).toBe(502)
})
