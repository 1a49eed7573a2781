import { linesOf } from './line-difference.ts'

/**
 * Records of a CSV or TSV (RFC 4180) that only one side has, as often as it has them more. A header line is a record like any other, and
 * so left out where it is the same.
 */
export function rowDifference(from: string, to: string): { added: string[]; removed: string[] } {
  const [before, after] = [recordsOf(from), recordsOf(to)]
  return { added: surplus(after, before), removed: surplus(before, after) }
}

function surplus(rows: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const row of others) left.set(row, (left.get(row) ?? 0) + 1)
  return rows.filter((row) => {
    const count = left.get(row) ?? 0
    if (count > 0) left.set(row, count - 1)
    return count === 0
  })
}

/** Lines, put together again where a quoted field goes on over the end of one (RFC 4180 2, item 6). */
function recordsOf(text: string): string[] {
  const lines = linesOf(text)
  const records: string[] = []
  for (let at = 0; at < lines.length; ) {
    const end = endOfRecord(lines, at)
    // A quote that nobody closes is data. Looking for the next one of those in each further line would take quadratic time.
    if (end === undefined) return [...records, ...lines.slice(at)]
    records.push(lines.slice(at, end).join('\n'))
    at = end
  }
  return records
}

function endOfRecord(lines: readonly string[], start: number): number | undefined {
  let field: 'ended' | 'goes on' = 'ended'
  for (let at = start; at < lines.length; at++) {
    const line = lines[at] as string
    field = fieldAfter(field === 'goes on' ? `"${line}` : line)
    if (field === 'ended') return at + 1
  }
  return undefined
}

/** Whether its last field goes on after a line. A quote opens one at its start only: `5" disk` is data, however wrong. */
function fieldAfter(line: string): 'ended' | 'goes on' {
  let at = 0
  while (at !== -1) {
    if (line[at] === '"') at = afterClosing(line, at + 1)
    if (at === -1) return 'goes on'
    at = nextField(line, at)
  }
  return 'ended'
}

/** Two quotes in a row are one that is data (RFC 4180 2, item 7). */
function afterClosing(line: string, start: number): number {
  let at = line.indexOf('"', start)
  while (at !== -1 && line[at + 1] === '"') at = line.indexOf('"', at + 2)
  return at === -1 ? -1 : at + 1
}

/** Nobody says which separator a file has; a quote after another of these is not seen in practice. */
function nextField(line: string, start: number): number {
  for (let at = start; at < line.length; at++) if (',;\t'.includes(line[at] as string)) return at + 1
  return -1
}
