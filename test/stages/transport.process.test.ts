import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { selfSigned } from '../helpers/certificate.ts'
import { type ForwardProxy, startForwardProxy } from '../helpers/forward-proxy.ts'
import { type Certificate, hang, type Origin, ok, reset, startOrigin } from '../helpers/origin/index.ts'

const run = promisify(execFile)
const source = (path: string): string => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href)

const PRELUDE = `
  import { wireTransport } from ${source('stages/transport/wire.ts')}
  import { fetchTransport } from ${source('stages/transport/fetch.ts')}
  import { chosenTransport } from ${source('stages/transport/choose.ts')}
  import { decoded } from ${source('stages/transport/decode.ts')}
  import { systemClock as clock } from ${source('model/clock.ts')}
  const loaded = (name) => process.moduleLoadList.includes('NativeModule ' + name)
  const wire = wireTransport({ clock })
  const limits = { connectTimeout: 5000, headersTimeout: 5000 }
  const send = (url) => wire.send({ method: 'GET', url: new URL(url), headers: [], signal: new AbortController().signal, ...limits })
  const text = async (url) => {
    // The wire holds no process: who waits does.
    const waiting = setInterval(() => undefined, 1e6)
    try {
      const { body } = await send(url)
      return Buffer.concat(await Array.fromAsync(body)).toString()
    } finally {
      clearInterval(waiting)
    }
  }
`

/** What a program of its own prints. It must end by itself. */
async function printed(program: string, env: Record<string, string | undefined> = {}): Promise<string> {
  const flags = ['--unhandled-rejections=strict', '--input-type=module', '--eval', PRELUDE + program]
  const { stdout } = await run(process.execPath, flags, { env: { ...process.env, ...NO_PROXY, ...env }, timeout: 60_000 })
  return stdout.trim()
}

/** The machine that runs the tests may sit behind a proxy. */
const NO_PROXY = Object.fromEntries(
  ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]).map((name) => [name, undefined]),
)

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

async function originOf(tls?: Certificate): Promise<Origin> {
  const origin = await startOrigin(tls ? { tls } : {})
  cleanups.push(() => origin.close())
  return origin
}

test('importing loads no HTTP and no zlib; the first request loads one, the first coded body the other', async () => {
  const origin = await originOf()
  origin.script('/a', ok('a'))
  const program = `
    console.log(loaded('_http_client'), loaded('https'), loaded('zlib'), loaded('internal/deps/undici/undici'))
    await text('${origin.url('/a')}')
    console.log(loaded('_http_client'), loaded('https'), loaded('zlib'))
    await Array.fromAsync(decoded((async function* () { yield Buffer.from('no gzip') })(), 'gzip')).catch(() => {})
    console.log(loaded('zlib'))
  `
  expect(await printed(program)).toBe('false false false false\ntrue false false\ntrue')
})

test('neither an idle connection nor a request that nobody waits for keeps the process alive', async () => {
  // Two, or the request would take the idle connection.
  const [origin, silent] = [await originOf(), await originOf()]
  origin.script('/a', ok('a'))
  silent.script('/never', hang())
  const program = `
    console.log(await text('${origin.url('/a')}'))
    send('${silent.url('/never')}').catch(() => {})
    const since = performance.now()
    process.on('exit', () => console.log(performance.now() - since < 3500))
  `
  // The idle connection would be kept for 4 s, and the request for 5.
  expect(await printed(program)).toBe('a\ntrue')
})

describe('TLS', () => {
  async function trusting(name?: string): Promise<{ certificate: Certificate; env: Record<string, string> } | undefined> {
    const certificate = await selfSigned(name)
    if (!certificate) return undefined
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-ca-'))
    cleanups.push(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'ca.pem'), certificate.cert)
    return { certificate, env: { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') } }
  }

  test('with a trusted certificate: connections are kept, and a stale one is replaced', async (context) => {
    const trust = await trusting()
    if (!trust) return context.skip()
    const origin = await originOf(trust.certificate)
    origin.script('/a', ok('one'), ok('two'), reset(), ok('four'))
    const url = origin.url('/a')
    const program = `console.log(await text('${url}'), await text('${url}'), await text('${url}'))`
    expect(await printed(program, trust.env)).toBe('one two four')
    expect(origin.requests().map(({ connection }) => connection)).toEqual([1, 1, 1, 2])
  })

  test('with a trusted certificate of another host: refused for good', async (context) => {
    const trust = await trusting('DNS:other.example')
    if (!trust) return context.skip()
    const origin = await originOf(trust.certificate)
    const program = `await text('${origin.url('/a')}').catch((error) => console.log(error.code, error.transient))`
    expect(await printed(program, trust.env)).toBe('TLS false')
    expect(origin.hits()).toBe(0)
  })
})

describe("the environment's proxy", () => {
  async function startProxy(): Promise<ForwardProxy> {
    const proxy = await startForwardProxy()
    cleanups.push(() => proxy[Symbol.asyncDispose]())
    return proxy
  }

  const through = ({ port }: ForwardProxy): Record<string, string> => {
    const url = `http://user:word@127.0.0.1:${port}`
    return { NODE_USE_ENV_PROXY: '1', http_proxy: url, https_proxy: url }
  }
  const CREDENTIALS = `Basic ${Buffer.from('user:word').toString('base64')}`

  test('is used for http as Node does, when Node is told to', async () => {
    const proxy = await startProxy()
    const url = 'http://origin.example/a?b=c'
    expect(await printed(`console.log(await text('${url}'), await text('${url}'))`, through(proxy))).toBe('by proxy by proxy')
    expect(proxy.asked).toEqual(Array(2).fill({ line: `GET ${url}`, credentials: CREDENTIALS }))
  })

  test('is used from the moment at which a program says so, and no longer than it does', async () => {
    const [proxy, origin] = [await startProxy(), await originOf()]
    origin.script('/a', ok('straight'))
    const [said, url] = [JSON.stringify({ http_proxy: through(proxy).http_proxy }), origin.url('/a')]
    const program = `
      const texts = [await text('${url}')]
      const restore = (await import('node:http')).setGlobalProxyFromEnv(${said})
      texts.push(await text('${url}'))
      restore()
      console.log(...texts, await text('${url}'))
    `
    expect(await printed(program)).toBe('straight by proxy straight')
    expect(proxy.asked).toHaveLength(1)
  })

  test('is a tunnel for https', async (context) => {
    const certificate = await selfSigned()
    if (!certificate) return context.skip()
    const [proxy, origin] = [await startProxy(), await originOf(certificate)]
    origin.script('/a', ok('tunnelled'))
    const env = { ...through(proxy), NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    expect(await printed(`console.log(await text('${origin.url('/a')}'))`, env)).toBe('tunnelled')
    expect(proxy.asked).toEqual([{ line: `CONNECT ${origin.host}`, credentials: CREDENTIALS }])
  })

  test('for http is that for https too where none is named for https', async (context) => {
    const certificate = await selfSigned()
    if (!certificate) return context.skip()
    const [proxy, origin] = [await startProxy(), await originOf(certificate)]
    origin.script('/a', ok('tunnelled'), ok('tunnelled'))
    const program = `
      (await import('node:http')).setGlobalProxyFromEnv({ HTTP_PROXY: '${proxy.url}', https_proxy: '' })
      console.log(await text('${origin.url('/a')}'), await (await fetch('${origin.url('/a')}')).text())
    `
    expect(await printed(program, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toBe('tunnelled tunnelled')
    expect(proxy.asked.map(({ line }) => line)).toEqual(Array(2).fill(`CONNECT ${origin.host}`))
  })

  test.each([
    ['unless Node is told to', { NODE_USE_ENV_PROXY: undefined }],
    ['for hosts of NO_PROXY', { no_proxy: '127.0.0.1' }],
    ['for what is below a host of NO_PROXY, in the words of fetch', { no_proxy: 'example.org 0.0.1' }],
    ['for what is below a host of NO_PROXY, in the words of Node', { no_proxy: '', NO_PROXY: 'example.org,*.0.1' }],
  ])('is not used %s', async (_when, changes) => {
    const [proxy, origin] = [await startProxy(), await originOf()]
    origin.script('/a', ok('straight'))
    expect(await printed(`console.log(await text('${origin.url('/a')}'))`, { ...through(proxy), ...changes })).toBe('straight')
    expect(proxy.asked).toEqual([])
  })
})
