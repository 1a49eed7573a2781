/** `h<format>:<kind>:<subject>…`, taken apart by hand: it is done at each read, and an expression would cost a tenth of it. */
function partsOf(key: string): { kind: string; subject: string } | undefined {
  const colon = key.indexOf(':')
  if (colon < 2 || key[0] !== 'h' || key[colon + 2] !== ':') return undefined
  const end = key.indexOf(':', colon + 3)
  const subject = key.slice(colon + 3, end < 0 ? undefined : end)
  return subject === '' ? undefined : { kind: key[colon + 1] as string, subject }
}

/** What stands under `h1:t:`: the times of invalidations. Given up, they would make invalidated entries fresh again, so no store may. */
export function isMark(key: string): boolean {
  return partsOf(key)?.kind === 't'
}

/**
 * What is given up together: an entry with its versions, statistics and partials, or all chunks of one body.
 * A key of another shape stands alone. Undefined: never given up.
 */
export function groupOf(key: string): string | undefined {
  const parts = partsOf(key)
  switch (parts?.kind) {
    case 't':
      return undefined
    case 'e':
    case 'v':
    case 'p':
    case 's':
      return `e:${parts.subject}`
    case 'c':
      return bodyGroup(parts.subject)
    default:
      return `k:${key}`
  }
}

/** The group of a body, whether it stands as chunks or as a file. */
export function bodyGroup(bodyId: string): string {
  return `b:${bodyId}`
}
