import { createHash } from 'node:crypto'
import { chunksOf } from '../../model/body-chunks.ts'
import type { Call } from '../../model/call.ts'
import type { Held } from '../../model/rooms.ts'
import { checkIntegrity, integrityAlgorithms } from '../../policy/integrity.ts'

/** What the caller knows in advance. */
type Proposed = Pick<Call, 'integrity'> & { readonly settings: Pick<Call['settings'], 'expect'> }

/** Whether a stored body is what `init.integrity` and `expect` say; true where they say nothing, false where it cannot be read. */
export async function proves(held: Held, proposed: Proposed): Promise<boolean> {
  try {
    return await agrees(held, proposed)
  } catch {
    // The guard has told of the store that failed. Another version may be had.
    return false
  }
}

async function agrees({ body, version }: Held, { integrity, settings: { expect } }: Proposed): Promise<boolean> {
  if (expect?.size !== undefined && version.size !== expect.size) return false
  const wanted = [
    ...integrityAlgorithms(integrity),
    ...(expect?.hex === undefined || expect.algorithm === undefined ? [] : [expect.algorithm]),
  ]
  const hashes = wanted.map((name) => ({ name, hash: createHash(name) }))
  if (hashes.length === 0) return true
  for await (const chunk of chunksOf(body)) for (const { hash } of hashes) hash.update(chunk)
  const digests = new Map<string, string>(hashes.map(({ name, hash }) => [name, hash.digest('base64')]))
  if (expect?.hex !== undefined && hexOf(digests.get(expect.algorithm ?? '')) !== expect.hex) return false
  return checkIntegrity(integrity, (algorithm) => digests.get(algorithm) ?? '').name !== 'mismatch'
}

const hexOf = (base64 = ''): string => Buffer.from(base64, 'base64').toString('hex')
