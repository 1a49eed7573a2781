import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import type { Hello, Job, Told } from './job.ts'

/** Resolves with the bytes that the client says are the file. */
export type Download = (job: Job) => Promise<Uint8Array>

/** The tries that every client gets, the first included: holdfast's default. */
export const TRIES = 6
/** Milliseconds before the second try, for every client that takes less than a second. */
export const SHORT_DELAY = 100

/** The client's side of its process: says hello, then downloads what it is told to, one file at a time. */
export function serve(version: string, download: Download): void {
  process.on('message', (job: Job) => void attempt(download, job).then((told) => process.send?.(told)))
  process.send?.({ version } satisfies Hello)
}

async function attempt(download: Download, job: Job): Promise<Told> {
  try {
    const body = await download(job)
    return { bytes: body.length, sha256: createHash('sha256').update(body).digest('hex') }
  } catch (error) {
    return { error: inWords(error) }
  }
}

/** With the causes, since fetch hides what happened there. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, cause, code } = error as Error & { code?: unknown }
  const own = typeof code === 'string' ? `${code}: ${message}` : message
  return cause === undefined ? own : `${own} (${inWords(cause)})`
}

/** The installed version of a package. */
export function versionOf(name: string): string {
  const file = findPackageJSON(name, import.meta.url)
  if (file === undefined) throw new Error(`${name} is not installed`)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** An error page is no download. */
export async function bodyOf(response: { status: number; arrayBuffer(): Promise<ArrayBuffer> }): Promise<Uint8Array> {
  if (response.status !== 200) throw new Error(`the answer has status ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}
