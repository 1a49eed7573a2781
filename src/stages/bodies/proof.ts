import { createHash } from 'node:crypto'
import { CHUNK_SIZE } from '../../model/record.ts'
import type { Held } from '../../model/rooms.ts'
import { checkIntegrity, integrityAlgorithms } from '../../policy/integrity.ts'

/** Whether a stored body is what `init.integrity` says; true where it says nothing. */
export async function proves({ body }: Held, integrity: string): Promise<boolean> {
  const hashes = integrityAlgorithms(integrity).map((name) => ({ name, hash: createHash(name) }))
  if (hashes.length === 0) return true
  const size = body instanceof Uint8Array ? body.length : body.size
  for (let n = 0; n * CHUNK_SIZE < size; n++) {
    const chunk = body instanceof Uint8Array ? body.subarray(n * CHUNK_SIZE, (n + 1) * CHUNK_SIZE) : await body.chunk(n)
    for (const { hash } of hashes) hash.update(chunk)
  }
  const digests = new Map<string, string>(hashes.map(({ name, hash }) => [name, hash.digest('base64')]))
  return checkIntegrity(integrity, (algorithm) => digests.get(algorithm) ?? '').name !== 'mismatch'
}
