/** How two bodies can be compared. */
export type Comparison = 'json' | 'rows' | 'text'

const ROWS: ReadonlySet<string> = new Set(['text/csv', 'text/tab-separated-values'])

/** What servers say when they know nothing of a file, or of any file in a repository. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['', 'application/octet-stream', 'binary/octet-stream', 'text/plain'])

/** The media type of a `Content-Type`, in lower case and without its parameters; '' where there is none. */
export function mediaType(contentType: string | undefined): string {
  // A field that was sent twice is joined by a comma; the first one counts.
  return (/^[^;,]*/.exec(contentType ?? '')?.[0] ?? '').trim().toLowerCase()
}

/** What both types allow: one that says nothing leaves it to the other. 'unsaid' where both do, 'none' where they contradict. */
export function comparisonBy(from: string | undefined, to: string | undefined): Comparison | 'unsaid' | 'none' {
  const [one, other] = [saidBy(mediaType(from)), saidBy(mediaType(to))]
  if (one === undefined || other === undefined) return one ?? other ?? 'unsaid'
  return one === other ? one : 'none'
}

/** Structured syntaxes as RFC 6838 4.2.8 has them. A type nobody knows is text if its bytes are. */
function saidBy(type: string): Comparison | undefined {
  if (SAYS_NOTHING.has(type)) return undefined
  if (type === 'application/json' || type === 'text/json' || type.endsWith('+json')) return 'json'
  return ROWS.has(type) ? 'rows' : 'text'
}
