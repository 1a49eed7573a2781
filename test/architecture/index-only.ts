import ts from 'typescript5'
import { type Source, type Violation, violation } from './source.ts'

/** src/index.ts lists what is public; the default instance is the only thing that it makes. */
export function logicInIndex(sources: readonly Source[]): Violation[] {
  return sources
    .filter(({ path }) => path === 'src/index.ts')
    .flatMap((source) =>
      source.tree.statements
        .filter((node) => !ts.isImportDeclaration(node) && !ts.isExportDeclaration(node) && !isDefaultInstance(node))
        .map((node) => violation(source, node, 'is logic: the index only exports')),
    )
}

function isDefaultInstance(node: ts.Statement): boolean {
  if (!ts.isVariableStatement(node)) return false
  return node.declarationList.declarations.every(
    ({ initializer }) => initializer && ts.isCallExpression(initializer) && initializer.arguments.length === 0,
  )
}
