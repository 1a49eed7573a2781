/** `h<format>:<kind>:<subject>…`, taken apart by hand: it is done at each read, and an expression would cost a tenth of it. */
function partsOf(key: string): { kind: string; subject: string } | undefined {
  const colon = key.indexOf(':')
  if (colon < 2 || key[0] !== 'h' || key[colon + 2] !== ':') return undefined
  const end = key.indexOf(':', colon + 3)
  const subject = key.slice(colon + 3, end < 0 ? undefined : end)
  return subject === '' ? undefined : { kind: key[colon + 1] as string, subject }
}

/** `h1:e:`: what names the versions. */
export const isEntry = (key: string): boolean => partsOf(key)?.kind === 'e'

/**
 * What no store may give up: under `h1:t:` the times of invalidations, without which invalidated entries would be fresh again; under `h1:k:`
 * the words that spare what is pinned.
 */
export function isMark(key: string): boolean {
  const kind = partsOf(key)?.kind
  return kind === 't' || kind === 'k'
}

/**
 * What is given up together: an entry with its versions, statistics and partials, or all chunks of one body.
 * A key of another shape stands alone. Undefined: never given up.
 */
export function groupOf(key: string): string | undefined {
  const parts = partsOf(key)
  switch (parts?.kind) {
    case 't':
    case 'k':
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

/** What a word under `h1:k:` holds: its subject is an entry or a body. Nothing for any other key. */
export function groupsHeldBy(key: string): string[] {
  const parts = partsOf(key)
  return parts?.kind === 'k' ? [`e:${parts.subject}`, bodyGroup(parts.subject)] : []
}

/** What must not go while a key is written: its group, or what it comes to hold. */
export function groupsSparedBy(key: string): string[] {
  const group = groupOf(key)
  return group === undefined ? groupsHeldBy(key) : [group]
}

/** `h1:s:`: how an entry was used. It is written some time after that, and is no use of the entry itself. */
export function isStatistics(key: string): boolean {
  return partsOf(key)?.kind === 's'
}

/** The group of a body, whether it stands as chunks or as a file. */
export function bodyGroup(bodyId: string): string {
  return `b:${bodyId}`
}
