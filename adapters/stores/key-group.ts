const SHAPE = /^h\d+:([a-z]):([^:]+)/

/** What stands under `h1:t:`: the times of invalidations. Given up, they would make invalidated entries fresh again, so no store may. */
export function isMark(key: string): boolean {
  return SHAPE.exec(key)?.[1] === 't'
}

/**
 * What is given up together: an entry with its versions, statistics and partials, or all chunks of one body.
 * A key of another shape stands alone. Undefined: never given up.
 */
export function groupOf(key: string): string | undefined {
  const [, kind, subject = ''] = SHAPE.exec(key) ?? []
  switch (kind) {
    case 't':
      return undefined
    case 'e':
    case 'v':
    case 'p':
    case 's':
      return `e:${subject}`
    case 'c':
      return bodyGroup(subject)
    default:
      return `k:${key}`
  }
}

/** The group of a body, whether it stands as chunks or as a file. */
export function bodyGroup(bodyId: string): string {
  return `b:${bodyId}`
}
