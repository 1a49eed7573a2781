/**
 * The main job against a real server of the outside world: the registry that npm is set up with. Its address is read when
 * this runs and is never printed. Exit code 1 only if it answered and something was not right.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memory } from '../adapters/stores/memory.ts'
import { sqlite } from '../adapters/stores/sqlite.ts'
import { type CachedFetch, createCachedFetch, HoldfastError, type Init, inspect } from '../src/index.ts'
import { startCutProxy } from '../test/helpers/cut-proxy.ts'
import { plural, size } from './demo/figures.ts'

/** Small enough to be polite, large enough to be cut in the middle; it has not changed for years. */
const PACKAGE = 'lodash'

interface Tarball {
  readonly url: string
  /** As in `dist.integrity`: one SHA-512 digest in base64. */
  readonly integrity: string
}

/** One answer, read to its end. */
interface Answer {
  readonly what: string
  readonly url: string
  readonly body: Buffer
  readonly response: Response
  readonly outcome: string
  readonly statuses: readonly (number | undefined)[]
  readonly ms: number
}

/** What is wrong with the answers, in sentences. */
type Faults = string[]

function registry(): string {
  const npm = process.env.npm_execpath
  const [command, args] = npm === undefined ? ['npm', []] : [process.execPath, [npm]]
  const url = execFileSync(command, [...args, 'config', 'get', 'registry'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return url.trim().replace(/\/*$/, '/')
}

async function read(fetch: CachedFetch, what: string, [url, init]: [url: string, init: Init]): Promise<Answer> {
  const start = performance.now()
  const response = await fetch(url, init)
  const body = Buffer.from(await response.arrayBuffer())
  const inspection = inspect(response)
  const statuses = inspection !== undefined && 'attempts' in inspection ? inspection.attempts.map(({ status }) => status) : []
  return { what, url, body, response, outcome: inspection?.outcome ?? 'none', statuses, ms: performance.now() - start }
}

function show({ what, body, outcome, statuses, ms }: Answer): void {
  const columns = [what.padEnd(38), outcome.padEnd(12), (statuses.join(', ') || '-').padEnd(9), size(body.length).padEnd(9)]
  console.log(`${columns.join(' ')} ${String(Math.round(ms)).padStart(5)} ms`)
}

const sha512 = (body: Buffer): string => `sha512-${createHash('sha512').update(body).digest('base64')}`

function tarballIn(metadata: Buffer): Tarball {
  const document = JSON.parse(metadata.toString()) as {
    'dist-tags': { latest: string }
    versions: Record<string, { dist: { tarball: string; integrity: string } }>
  }
  const dist = document.versions[document['dist-tags'].latest]?.dist
  if (dist === undefined) throw new Error('the metadata names no latest version')
  return { url: dist.tarball, integrity: dist.integrity }
}

/** Without the message, which has the URL in it. */
function nameOf(error: unknown): string {
  return error instanceof HoldfastError ? error.code : (error as Error).name
}

/** The first question; undefined where npm does not tell the address, or nobody answers there, or not to us. */
async function ask(fetch: CachedFetch): Promise<Answer | undefined> {
  let why: string
  try {
    const answer = await read(fetch, 'metadata', [`${registry()}${PACKAGE}`, {}])
    if (answer.response.ok) return answer
    why = `status ${answer.response.status}`
  } catch (error) {
    why = nameOf(error)
  }
  console.log(`Skipped: the registry that npm is set up with does not answer (${why}).`)
  return undefined
}

async function metadataAgain(fetch: CachedFetch, first: Answer): Promise<Faults> {
  const again = await read(fetch, 'metadata, asked again', [first.url, { cache: 'no-cache' }])
  show(again)
  const validator = first.response.headers.get('etag') ?? first.response.headers.get('last-modified')
  if (validator === null) console.log('  (this registry sends no validator: equal bytes instead of 304)')
  return [
    ...(again.outcome === 'revalidated' ? [] : [`asked again: ${again.outcome}, not revalidated`]),
    ...(again.body.equals(first.body) ? [] : ['asked again: another body']),
  ]
}

async function tarballs(fetch: CachedFetch, { url, integrity }: Tarball): Promise<Faults> {
  const whole = await read(fetch, 'tarball, with integrity', [url, { integrity }])
  show(whole)
  await using proxy = await startCutProxy({
    upstream: url,
    cuts: [{ response: 1, afterBytes: Math.floor(whole.body.length / 2) }],
  })
  const cut = await read(fetch, 'tarball, cut in the middle', [proxy.url(url), { integrity }])
  show(cut)
  for (const { status, headers, bytesSent, cut: broken } of proxy.requests)
    console.log(`  ${status}, ${headers.range ?? 'no Range'}: ${size(bytesSent)} relayed${broken ? ', then cut' : ''}`)
  return [
    ...[whole, cut]
      .filter(({ body }) => sha512(body) !== integrity)
      .map(({ what }) => `${what}: not the digest that the metadata gives`),
    ...(proxy.requests[0]?.cut ? [] : ['the proxy did not cut']),
    ...(proxy.requests.some(({ status, headers }) => status === 206 && headers.range !== undefined)
      ? []
      : ['not resumed by a Range']),
  ]
}

async function main(folder: string): Promise<Faults> {
  await using fetch = createCachedFetch({ tiers: [memory(), sqlite(join(folder, 'cache.db'))], timeouts: { deadline: '30s' } })
  const first = await ask(fetch)
  if (first === undefined) return []
  show(first)
  const faults = [...(await metadataAgain(fetch, first)), ...(await tarballs(fetch, tarballIn(first.body)))]
  console.log(faults.length === 0 ? 'All as promised.' : `${plural(faults.length, 'fault')}: ${faults.join('; ')}.`)
  return faults
}

const folder = await mkdtemp(join(tmpdir(), 'holdfast-smoke-'))
try {
  process.exitCode = (await main(folder)).length === 0 ? 0 : 1
} catch (error) {
  console.log(`The registry answered, and then: ${nameOf(error)}.`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
