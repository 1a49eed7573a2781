import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { absent } from './absent.ts'
import type { Certificate } from './origin/index.ts'

const run = promisify(execFile)

/** A self-signed certificate for a subject alternative name; undefined where there is no openssl to make it. */
export async function selfSigned(name = 'IP:127.0.0.1'): Promise<Certificate | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-certificate-'))
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const subject = ['-subj', '/CN=holdfast test', '-addext', `subjectAltName=${name}`, '-days', '2']
  try {
    await run('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', keyFile, '-out', certFile])
    return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    absent('There is no openssl on this machine (Debian: apt install openssl)', 'the tests over TLS')
    return undefined
  } finally {
    await rm(folder, { recursive: true })
  }
}
