import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import type { Certificate } from '../../helpers/origin/index.ts'

const run = promisify(execFile)

export interface Wanted {
  /** As in `subjectAltName`. Default `IP:127.0.0.1`. */
  readonly name?: string
  /** Of its life; negative for one that has expired. Default 2. */
  readonly days?: number
}

/** A certificate of its own authority; undefined where there is no openssl to make it. */
export async function certificate({ name = 'IP:127.0.0.1', days = 2 }: Wanted = {}): Promise<Certificate | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-trusted-'))
  const file = (of: string): string => join(folder, of)
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  try {
    await writeFile(file('extensions'), `subjectAltName=${name}\n`)
    await run('openssl', ['req', '-new', ...curve, '-subj', '/CN=holdfast rows', '-keyout', file('key'), '-out', file('request')])
    // `req -x509` takes no negative number of days; `x509 -req` does.
    const made = ['-signkey', file('key'), '-days', String(days), '-extfile', file('extensions'), '-out', file('cert')]
    await run('openssl', ['x509', '-req', '-in', file('request'), ...made])
    return { key: await readFile(file('key'), 'utf8'), cert: await readFile(file('cert'), 'utf8') }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** From now until the end of the test, whoever shows one of these certificates is believed. */
export function trust(...certificates: readonly Certificate[]): void {
  const before = tls.getCACertificates('default')
  tls.setDefaultCACertificates([...before, ...certificates.map(({ cert }) => cert)])
  onTestFinished(() => tls.setDefaultCACertificates(before))
}
