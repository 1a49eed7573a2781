import ts from 'typescript5'
import { type Source, type Violation, violation, walk } from './source.ts'

/** Calls that only some files may make, because everyone else is handed a clock and a source of randomness. */
const TIME_AND_CHANCE = /^(Date\.now|Math\.random|performance\.now|(globalThis\.)?(setTimeout|setInterval|setImmediate))$/

const MAY_CALL: Readonly<Record<string, RegExp>> = {
  'src/model/clock.ts': TIME_AND_CHANCE,
  // Measures nothing: it only keeps the process alive while a caller waits.
  'src/stages/presence.ts': /^setInterval$/,
}

/** What would make a decision depend on more than its arguments. */
const TOUCHES_THE_WORLD = /^(process|fetch|console|crypto|Promise|queueMicrotask)$/

export function timeAndChance(sources: readonly Source[]): Violation[] {
  return over(sources, 'src/', (source, node) => {
    const called = calledIn(node)
    if (!called || !TIME_AND_CHANCE.test(called) || MAY_CALL[source.path]?.test(called)) return undefined
    return `calls ${called}: time and randomness are handed in`
  })
}

/** Promises, and the world outside, in the rooms that only decide. */
export function impurePolicy(sources: readonly Source[]): Violation[] {
  return over(sources, 'src/policy/', (_source, node) => {
    if (ts.isAwaitExpression(node) || node.kind === ts.SyntaxKind.AsyncKeyword) return 'waits: policy decides at once'
    if (ts.isIdentifier(node) && TOUCHES_THE_WORLD.test(node.text) && isGlobalUse(node))
      return `uses ${node.text}: policy knows its arguments only`
    return undefined
  })
}

function over(
  sources: readonly Source[],
  folder: string,
  judge: (source: Source, node: ts.Node) => string | undefined,
): Violation[] {
  return sources
    .filter(({ path }) => path.startsWith(folder))
    .flatMap((source) => {
      const found: Violation[] = []
      walk(source.tree, (node) => {
        const says = judge(source, node)
        if (says !== undefined) found.push(violation(source, node, says))
      })
      return found
    })
}

function calledIn(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node)) return node.expression.getText()
  return ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length ? 'Date.now' : undefined
}

/** A value of that name, not a property, a type or a declaration that happens to be spelled alike. */
function isGlobalUse(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  return ts.isExpression(parent) && !ts.isFunctionExpression(parent) && !ts.isObjectLiteralExpression(parent)
}
