import ts from 'typescript5'
import { type Source, type Violation, violation, walk } from './source.ts'

/** Packages that a user may not have: `peerDependenciesMeta` in package.json. */
const OPTIONAL: ReadonlySet<string> = new Set(['@redis/client', 'ioredis', 'keyv'])

/** Webpack, and so Next's build of a server, ends with an error at an import of what it does not find, unless a `try` says that it may fail. */
export function untriedPeers(sources: readonly Source[]): Violation[] {
  return sources.flatMap((source) => {
    const found: Violation[] = []
    walk(source.tree, (node) => {
      const peer = importedPeer(node)
      if (peer !== undefined && !isTried(node)) found.push(violation(source, node, `imports ${peer} outside of a try`))
    })
    return found
  })
}

function importedPeer(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return undefined
  const [to] = node.arguments
  return to !== undefined && ts.isStringLiteral(to) && OPTIONAL.has(to.text) ? to.text : undefined
}

function isTried(node: ts.Node): boolean {
  for (let at = node; at.parent !== undefined; at = at.parent) {
    if (ts.isFunctionLike(at)) return false
    if (ts.isTryStatement(at.parent) && at.parent.tryBlock === at) return true
  }
  return false
}
