import ts from 'typescript5'
import { type Source, type Violation, violation } from './source.ts'

/** Throws when it is imported, which is all that it is for. */
const ACTS_ON_IMPORT: ReadonlySet<string> = new Set(['src/unsupported.ts'])

const CONTAINERS: ReadonlySet<string> = new Set([
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'Array',
  'WeakRef',
  'EventEmitter',
  'AsyncLocalStorage',
])

/** State, or work, at the top level of a module: shared by instances that should share nothing, done though nobody asked. */
export function moduleState(sources: readonly Source[]): Violation[] {
  return sources
    .filter(({ path }) => path.startsWith('src/') && !ACTS_ON_IMPORT.has(path))
    .flatMap((source) => source.tree.statements.flatMap((statement) => stateIn(source, statement)))
}

function stateIn(source: Source, statement: ts.Statement): Violation[] {
  if (ts.isVariableStatement(statement)) return variables(source, statement.declarationList)
  if (ts.isClassDeclaration(statement)) return statics(source, statement)
  if (isDeclaration(statement)) return []
  return [violation(source, statement, 'does something when it is imported')]
}

function isDeclaration(node: ts.Statement): boolean {
  return (
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isModuleDeclaration(node)
  )
}

function variables(source: Source, list: ts.VariableDeclarationList): Violation[] {
  if (!(list.flags & ts.NodeFlags.Const)) return [violation(source, list, 'is a variable of the module')]
  return list.declarations
    .filter(({ initializer, type }) => initializer && isContainer(initializer) && !isReadonly(source, type))
    .map((declaration) =>
      violation(source, declaration, `${declaration.name.getText()} can be changed: say Readonly…, or keep it in an instance`),
    )
}

function statics(source: Source, node: ts.ClassDeclaration): Violation[] {
  return node.members.flatMap((member) => {
    if (ts.isClassStaticBlockDeclaration(member)) return [violation(source, member, 'does something when it is imported')]
    if (!ts.isPropertyDeclaration(member)) return []
    const words = new Set(member.modifiers?.map(({ kind }) => kind))
    if (!words.has(ts.SyntaxKind.StaticKeyword)) return []
    const fixed =
      words.has(ts.SyntaxKind.ReadonlyKeyword) &&
      !(member.initializer && isContainer(member.initializer) && !isReadonly(source, member.type))
    return fixed ? [] : [violation(source, member, `${member.name.getText()} is state of the class`)]
  })
}

/** A list or a map, or an object with nothing in it yet, which can only be there to be filled. */
function isContainer(node: ts.Expression): boolean {
  if (ts.isArrayLiteralExpression(node)) return true
  if (ts.isObjectLiteralExpression(node)) return node.properties.length === 0
  return ts.isNewExpression(node) && ts.isIdentifier(node.expression) && CONTAINERS.has(node.expression.text)
}

function isReadonly(source: Source, type: ts.TypeNode | undefined): boolean {
  if (!type) return false
  if (/^readonly\b|^Readonly/.test(type.getText())) return true
  const alias = source.tree.statements.find((node) => ts.isTypeAliasDeclaration(node) && node.name.text === type.getText())
  return alias !== undefined && ts.isTypeAliasDeclaration(alias) && isReadonly(source, alias.type)
}
