import ts from 'typescript5'
import { lineOf, type Source, type Violation, violation, walk } from './source.ts'

const MOST_LINES_OF_FILE = 200
const MOST_LINES_OF_FUNCTION = 40
const MOST_PARAMETERS = 4

/** Options are documentation, which may be long. */
const MAY_BE_LONGER: ReadonlySet<string> = new Set(['src/model/options.ts'])

export function longFiles(sources: readonly Source[]): Violation[] {
  return sources.flatMap((source) => {
    const lines = source.text.split('\n').length - (source.text.endsWith('\n') ? 1 : 0)
    if (lines <= MOST_LINES_OF_FILE || MAY_BE_LONGER.has(source.path)) return []
    return [violation(source, lines, `has ${lines} lines, of ${MOST_LINES_OF_FILE}`)]
  })
}

export function longFunctions(sources: readonly Source[]): Violation[] {
  return overFunctions(sources, (source, node) => {
    if (!('body' in node) || !node.body) return []
    const last = source.tree.getLineAndCharacterOfPosition(node.end).line + 1
    const lines = last - lineOf(source.tree, node) + 1
    return lines > MOST_LINES_OF_FUNCTION
      ? [violation(source, node, `${nameOf(node)} has ${lines} lines, of ${MOST_LINES_OF_FUNCTION}`)]
      : []
  })
}

export function manyParameters(sources: readonly Source[]): Violation[] {
  return overFunctions(sources, (source, node) => {
    const count = node.parameters.filter(({ name }) => name.getText() !== 'this').length
    return count > MOST_PARAMETERS
      ? [violation(source, node, `${nameOf(node)} takes ${count} parameters, of ${MOST_PARAMETERS}`)]
      : []
  })
}

/** `cut(file, true)` tells its reader nothing; a word or a named option does. */
export function booleanParameters(sources: readonly Source[]): Violation[] {
  return overFunctions(sources, (source, node) =>
    node.parameters
      .filter((parameter) => isBooleanType(parameter.type) || isBooleanLiteral(parameter.initializer))
      .map((parameter) => violation(source, parameter, `${nameOf(node)} takes the boolean ${parameter.name.getText()}`)),
  )
}

function overFunctions(
  sources: readonly Source[],
  judge: (source: Source, node: ts.SignatureDeclaration) => readonly Violation[],
): Violation[] {
  return sources.flatMap((source) => {
    const found: Violation[] = []
    walk(source.tree, (node) => {
      if (isSignature(node)) found.push(...judge(source, node))
    })
    return found
  })
}

/** A function with a body, or the promise of one in a type. */
function isSignature(node: ts.Node): node is ts.SignatureDeclaration {
  return ts.isFunctionLike(node) && node.kind !== ts.SyntaxKind.IndexSignature && !ts.isJSDocFunctionType(node)
}

function isBooleanType(type: ts.TypeNode | undefined): boolean {
  if (!type) return false
  if (ts.isParenthesizedTypeNode(type)) return isBooleanType(type.type)
  if (ts.isUnionTypeNode(type))
    return type.types.every((part) => isBooleanType(part) || isNothing(part)) && type.types.some(isBooleanType)
  if (ts.isLiteralTypeNode(type)) return isBooleanLiteral(type.literal)
  return type.kind === ts.SyntaxKind.BooleanKeyword
}

function isNothing(type: ts.TypeNode): boolean {
  return (
    type.kind === ts.SyntaxKind.UndefinedKeyword ||
    (ts.isLiteralTypeNode(type) && type.literal.kind === ts.SyntaxKind.NullKeyword)
  )
}

function isBooleanLiteral(node: ts.Node | undefined): boolean {
  return node?.kind === ts.SyntaxKind.TrueKeyword || node?.kind === ts.SyntaxKind.FalseKeyword
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText()
  const { parent } = node
  return ts.isVariableDeclaration(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isPropertySignature(parent)
    ? parent.name.getText()
    : 'a function'
}
