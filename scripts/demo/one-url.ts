import { createReadStream } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cachedFetch, type Inspection, inspect, saveTo } from '../../src/index.ts'
import { plural, size } from './figures.ts'
import { progressLine } from './progress-line.ts'
import { type Received, received } from './received.ts'

/** An answer whose body has been read. */
interface Answer extends Received {
  readonly response: Response
  readonly inspection: Inspection | undefined
  readonly ms: number
}

/** Fetches a URL by the default instance, saves it, fetches it again, and tells where each answer came from. True if all was right. */
export async function fetchTwice(url: string): Promise<boolean> {
  try {
    const answers = [await saved(url), await readAgain(url)]
    return answers.every(isAsStored)
  } catch (error) {
    console.error(sentence(url, error))
    return false
  } finally {
    await cachedFetch.close()
  }
}

async function saved(url: string): Promise<Answer> {
  const start = performance.now()
  const response = await withProgress((onProgress) => cachedFetch(url, { holdfast: { onProgress } }))
  if (!response.ok) throw new Error(`the server says ${response.status} ${response.statusText}`.trimEnd())
  // A folder of its own: nothing of yours is written over.
  const file = await saveTo(response, { dir: await mkdtemp(join(tmpdir(), 'holdfast-demo-')) })
  const ms = performance.now() - start
  if (file === undefined) throw new Error('the body was not saved to a file')
  const answer = { response, inspection: inspect(response), ms, ...(await received(createReadStream(file))) }
  tell('first', answer)
  console.log(`saved   ${file}`)
  return answer
}

async function withProgress<T>(work: (show: ReturnType<typeof progressLine>['show']) => Promise<T>): Promise<T> {
  const line = progressLine(process.stderr)
  try {
    return await work(line.show)
  } finally {
    line.clear()
  }
}

async function readAgain(url: string): Promise<Answer> {
  const start = performance.now()
  const response = await cachedFetch(url)
  const read = await received(response.body)
  const answer = { response, inspection: inspect(response), ms: performance.now() - start, ...read }
  tell('second', answer)
  return answer
}

function tell(which: string, { response, inspection, bytes, digest, ms }: Answer): void {
  const status = `${response.status} ${response.statusText}`.trimEnd()
  console.log(`${which.padEnd(7)} ${status}, ${size(bytes)} in ${Math.round(ms)} ms: ${whence(inspection)}`)
  console.log(`        ${response.headers.get('cache-status')}`)
  console.log(`        SHA-256 ${digest}`)
  if (inspection !== undefined && inspection.outcome !== 'bypass') {
    const { id, digest: stored } = inspection.version
    console.log(`        version ${id}, ${stored === digest ? 'whose digest this is' : `WHOSE DIGEST IS ${stored}`}`)
  }
}

const FROM = { hit: 'from', revalidated: 'from', miss: 'kept in', stale: 'from', fallback: 'from' } as const

function whence(inspection: Inspection | undefined): string {
  if (inspection === undefined) return 'not an answer of holdfast'
  if (inspection.outcome === 'bypass') return `bypass (${inspection.reason}), not kept`
  const tier = inspection.tier === undefined ? '' : `, ${FROM[inspection.outcome]} ${inspection.tier}`
  const attempts = 'attempts' in inspection ? inspection.attempts : []
  const resumes = attempts.filter(({ resumedFrom }) => resumedFrom !== undefined).length
  const asked =
    attempts.length === 0 ? ', nothing asked' : `, ${plural(attempts.length, 'attempt')}, ${plural(resumes, 'resume')}`
  return `${inspection.outcome}${tier}${asked}`
}

function isAsStored({ inspection, digest }: Answer): boolean {
  return inspection !== undefined && (inspection.outcome === 'bypass' || inspection.version.digest === digest)
}

function sentence(url: string, error: unknown): string {
  if (!URL.canParse(url)) return `${JSON.stringify(url)} is not a URL. Give a whole one: npm run demo -- https://example.org/`
  const { message, code } = error as Error & { code?: string }
  return `No answer: ${message}${code === undefined ? '' : ` (${code})`}`
}
