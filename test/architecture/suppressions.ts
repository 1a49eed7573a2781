import ts from 'typescript5'
import { type Source, type Violation, violation } from './source.ts'

/** What each tool takes as an order to look away, and where it leaves room for a reason. */
const MARKS: readonly { readonly mark: RegExp; readonly reason: RegExp }[] = [
  { mark: /biome-ignore/, reason: /biome-ignore[\w-]*\s+\S+?:\s*(?<why>.+)/s },
  { mark: /(oxlint|eslint)-disable/, reason: /\s--\s+(?<why>.+)/s },
  { mark: /@ts-expect-error/, reason: /@ts-expect-error[\s:—-]+(?<why>.+)/s },
  { mark: /\b(v8|c8|istanbul|node:coverage) (ignore|disable)/, reason: /\s--\s+(?<why>.+)/s },
]

/** Look away from a whole file, or from whatever comes: no reason is good enough. */
const NEVER = /@ts-ignore|@ts-nocheck/

const SHORTEST_REASON = 10

export function baselessSuppressions(sources: readonly Source[]): Violation[] {
  return sources.flatMap((source) =>
    commentsOf(source).flatMap(({ text, line }) => {
      if (NEVER.test(text))
        return [violation(source, line, 'looks away from every error; @ts-expect-error with a reason names one')]
      const kind = MARKS.find(({ mark }) => mark.test(text))
      if (!kind) return []
      const why = kind.reason.exec(text)?.groups?.why?.replace(/\*\/$/, '').trim() ?? ''
      return why.length < SHORTEST_REASON || why.includes('<')
        ? [violation(source, line, `suppresses without a reason: ${text.trim()}`)]
        : []
    }),
  )
}

/** Real comments only: the same words in a string are not an order. */
function commentsOf({ tree, text }: Source): { text: string; line: number }[] {
  const seen = new Map<number, { text: string; line: number }>()
  const note = (from: number, to: number): void => {
    seen.set(from, { text: text.slice(from, to), line: tree.getLineAndCharacterOfPosition(from).line + 1 })
  }
  // Tokens too, not only nodes: a comment before a closing brace belongs to the brace.
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) return
    ts.forEachLeadingCommentRange(text, node.getFullStart(), note)
    ts.forEachTrailingCommentRange(text, node.end, note)
    for (const child of node.getChildren(tree)) visit(child)
  }
  visit(tree)
  return [...seen.values()]
}
