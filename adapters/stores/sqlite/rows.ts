import type { DatabaseSync, StatementSync } from 'node:sqlite'

export type Row = unknown[]

/** Rows as arrays: an object with names costs half a microsecond more. */
export function prepared(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql)
  statement.setReturnArrays(true)
  return statement
}

export const first: (statement: StatementSync, ...values: (string | number)[]) => Row | undefined = (statement, ...values) =>
  statement.get(...values) as Row | undefined
export const all: (statement: StatementSync, ...values: (string | number)[]) => Row[] = (statement, ...values) =>
  statement.all(...values) as unknown as Row[]
