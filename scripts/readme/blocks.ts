/** One ```ts block of a document, as a module. */
export interface Block {
  /** Of its first line of code, from 1. */
  readonly line: number
  /** The code, below what its prelude declares; every line stands where it stands in the document. */
  readonly source: string
}

const PRELUDE = '<!-- prelude:'
const FENCE = /^\s*(`{3,}|~{3,})\s*(\w*)/
const LANGUAGES: ReadonlySet<string> = new Set(['ts', 'typescript'])

interface Passage {
  /** Index of its first line, and of the line behind its last. */
  readonly start: number
  readonly end: number
}

/**
 * The TypeScript blocks of a Markdown document. A comment `<!-- prelude: … -->` right above a block declares what the block uses and
 * does not show.
 *
 * @throws Error where a block or a prelude does not end, or a prelude has no block.
 */
export function blocksOf(markdown: string): Block[] {
  const lines = markdown.replaceAll('\r\n', '\n').split('\n')
  const blocks: Block[] = []
  let prelude: Passage | undefined
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const [, fence, language = ''] = FENCE.exec(line) ?? []
    if (prelude !== undefined && line.trim() !== '' && !LANGUAGES.has(language))
      throw new Error(`line ${prelude.start + 1}: this prelude has no TypeScript block below it`)
    if (line.startsWith(PRELUDE)) {
      prelude = { start: at, end: endOf(lines, { at, from: at }, (each) => each.trimEnd().endsWith('-->')) + 1 }
      at = prelude.end - 1
    } else if (fence !== undefined) {
      const end = endOf(lines, { at, from: at + 1 }, (each) => each.trim() === fence)
      if (LANGUAGES.has(language)) blocks.push({ line: at + 2, source: moduleOf(lines, prelude, { start: at + 1, end }) })
      prelude = undefined
      at = end
    }
  }
  if (prelude !== undefined) throw new Error(`line ${prelude.start + 1}: this prelude has no TypeScript block below it`)
  return blocks
}

/** Index of the line that ends what begins at `at`, looked for from `from` on. */
function endOf(lines: readonly string[], { at, from }: { at: number; from: number }, isEnd: (line: string) => boolean): number {
  const end = lines.findIndex((line, index) => index >= from && isEnd(line))
  if (end < 0) throw new Error(`line ${at + 1}: what begins here does not end`)
  return end
}

function moduleOf(lines: readonly string[], prelude: Passage | undefined, code: Passage): string {
  const within = (at: number, passage: Passage | undefined): boolean =>
    passage !== undefined && at >= passage.start && at < passage.end
  return lines
    .slice(0, code.end)
    .map((line, at) => (within(at, prelude) ? withoutComment(line) : within(at, code) ? line : ''))
    .join('\n')
    .concat('\n')
}

function withoutComment(line: string): string {
  return line.replace(PRELUDE, '').replace(/-->\s*$/, '')
}
