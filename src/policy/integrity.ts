/** Weakest first. */
const ALGORITHMS = ['sha256', 'sha384', 'sha512'] as const

export type IntegrityAlgorithm = (typeof ALGORITHMS)[number]

/** 'unchecked': the metadata names no algorithm that is known, and then, as the standard says, every body passes. */
export type IntegrityVerdict =
  | { readonly name: 'match' | 'mismatch'; readonly algorithm: IntegrityAlgorithm }
  | { readonly name: 'unchecked' }

interface Wanted {
  readonly algorithm: IntegrityAlgorithm
  readonly digests: string[]
}

/**
 * Subresource Integrity metadata (SRI, "parse metadata"): the digests by the strongest algorithm that it names. Tokens of unknown
 * algorithms count for nothing. What stands in the place of a digest and is none, or nothing at all, is one that no body has.
 */
function wantedBy(metadata: string): Wanted | undefined {
  let strongest: Wanted | undefined
  for (const token of metadata.split(/[\t\n\f\r ]+/)) {
    const [, name, digest = ''] = /^(sha256|sha384|sha512)(?:-([^?]*))?(?:\?.*)?$/i.exec(token) ?? []
    const algorithm = ALGORITHMS.find((known) => known === name?.toLowerCase())
    if (algorithm === undefined) continue
    if (strongest === undefined || ALGORITHMS.indexOf(algorithm) > ALGORITHMS.indexOf(strongest.algorithm))
      strongest = { algorithm, digests: [] }
    if (algorithm === strongest.algorithm) strongest.digests.push(canonical(digest))
  }
  return strongest
}

/** What has to be computed over a body before {@link checkIntegrity} can answer: one algorithm, or none. */
export function integrityAlgorithms(metadata: string): IntegrityAlgorithm[] {
  const wanted = metadata === '' ? undefined : wantedBy(metadata)
  return wanted === undefined ? [] : [wanted.algorithm]
}

/** Is a body what `init.integrity` says? `digestOf` gives its digest, base64; any of several that are wanted will do. */
export function checkIntegrity(metadata: string, digestOf: (algorithm: IntegrityAlgorithm) => string): IntegrityVerdict {
  const wanted = wantedBy(metadata)
  if (wanted === undefined) return { name: 'unchecked' }
  const { algorithm, digests } = wanted
  return { name: digests.includes(canonical(digestOf(algorithm))) ? 'match' : 'mismatch', algorithm }
}

/** One spelling for base64 and base64url, with padding and without. */
function canonical(digest: string): string {
  return digest
    .replace(/-/g, '+')
    .replace(/_/g, '/')
    .replace(/={1,2}$/, '')
}
