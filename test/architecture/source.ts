import { posix } from 'node:path'
import ts from 'typescript5'

/** One import of a file, of whatever form; `names` are the imported bindings where the form lists them. */
export interface Import {
  /** The path of a file in the repository, or the name of a package or built-in module; undefined where it is computed. */
  readonly to: string | undefined
  readonly names: readonly string[]
  readonly line: number
}

export interface Source {
  /** Relative to the repository, with slashes. */
  readonly path: string
  readonly text: string
  readonly tree: ts.SourceFile
  readonly imports: readonly Import[]
}

export interface Violation {
  readonly at: string
  readonly says: string
}

/** Parses with TypeScript 5.9, because TypeScript 7 has no compiler API. Syntax only: the types are tsc's business. */
export function sourceOf(path: string, text: string): Source {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  walk(tree, (node) => {
    const found = importIn(node)
    if (found)
      imports.push({ to: found.specifier && targetOf(path, found.specifier), names: found.names, line: lineOf(tree, node) })
  })
  return { path, text, tree, imports }
}

export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => walk(child, visit))
}

export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1
}

export function violation(source: Source, where: ts.Node | number, says: string): Violation {
  const line = typeof where === 'number' ? where : lineOf(source.tree, where)
  return { at: `${source.path}:${line}`, says }
}

function targetOf(path: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier
}

interface Found {
  readonly specifier: string | undefined
  readonly names: readonly string[]
}

function importIn(node: ts.Node): Found | undefined {
  if (ts.isImportDeclaration(node)) return { specifier: literal(node.moduleSpecifier), names: importedNames(node) }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) return { specifier: literal(node.moduleSpecifier), names: [] }
  if (ts.isImportTypeNode(node))
    return { specifier: ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : undefined, names: [] }
  if (ts.isExternalModuleReference(node)) return { specifier: literal(node.expression), names: [] }
  if (ts.isCallExpression(node) && isLoader(node.expression)) return { specifier: literal(node.arguments[0]), names: [] }
  return undefined
}

function isLoader(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text === 'getBuiltinModule'
  return ts.isIdentifier(callee) && callee.text === 'require'
}

function literal(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined
}

function importedNames({ importClause }: ts.ImportDeclaration): string[] {
  const bindings = importClause?.namedBindings
  if (!bindings) return importClause?.name ? ['default'] : []
  return ts.isNamespaceImport(bindings) ? ['*'] : bindings.elements.map((element) => (element.propertyName ?? element.name).text)
}
