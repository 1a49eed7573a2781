import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { all, first, type Given, type LeaseRow, prepared, type Row, type StoredValue } from './rows.ts'
import { STATEMENTS } from './statements.ts'

type StatementName = keyof typeof STATEMENTS

/** Above every key: no character sorts behind the last of Unicode. */
export const LAST = '\u{10ffff}'

/** As many as the statement `values` has places. */
const AT_ONCE = 4

const storedIn = ([expires, sum, value]: Row): StoredValue => ({
  expires: (expires as number | null) ?? undefined,
  sum: sum as number,
  value: value as Uint8Array,
})

/** The statements, prepared once: what the tables can be asked and told. Each runs inside whatever transaction is open. */
export class Tables {
  readonly #db: DatabaseSync
  readonly #sql: Readonly<Record<StatementName, StatementSync>>

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#sql = Object.fromEntries(Object.entries(STATEMENTS).map(([name, sql]) => [name, prepared(db, sql)])) as Record<
      StatementName,
      StatementSync
    >
  }

  // ── transactions
  begin(): void {
    this.#sql.begin.run()
  }

  commit(): void {
    this.#sql.commit.run()
  }

  /** SQLite has already done so after some failures. */
  rollback(): void {
    if (this.#db.isTransaction) this.#sql.rollback.run()
  }

  // ── records
  value(key: string): StoredValue | undefined {
    const row = first(this.#sql.value, key)
    return row && storedIn(row)
  }

  /** Up to {@link AT_ONCE} keys by one statement: a statement costs as much as the few rows that it finds. */
  values(keys: readonly string[]): Map<string, StoredValue | undefined> {
    if (keys.length < 2 || keys.length > AT_ONCE) return new Map(keys.map((key) => [key, this.value(key)]))
    const [last = ''] = keys.slice(-1)
    const asked = Array.from({ length: AT_ONCE }, (_, n) => keys[n] ?? last)
    return new Map(all(this.#sql.values, ...asked).map(([key, ...row]) => [key as string, storedIn(row)]))
  }

  put(key: string, group: number | null, { value, sum, expires }: StoredValue): void {
    const row = [key, group, expires ?? null, sum, value] as const
    if (this.#sql.putInPlace.run(...row).changes === 0) this.#sql.put.run(...row)
  }

  /** The group's number, where there was such a record. */
  remove(key: string): number | undefined {
    return (first(this.#sql.remove, key)?.[0] as number | null | undefined) ?? undefined
  }

  /** Removes a record whose checksum is still the wrong one. */
  removeDamaged(key: string, sum: number): void {
    this.#sql.removeDamaged.run(key, sum)
  }

  removeExpired(now: number, limit: number): void {
    this.#sql.removeExpired.run(now, limit)
  }

  /** In order, from `from` on, or after it. */
  keys(range: { from: string; bound: 'included' | 'excluded'; to: string; now: number; limit: number }): string[] {
    const statement = range.bound === 'included' ? this.#sql.keysFrom : this.#sql.keysAfter
    return all(statement, range.from, range.to, range.now, range.limit).map(([key]) => key as string)
  }

  /** Whether any key begins so, expired or not. */
  hasAny(prefix: string): boolean {
    return first(this.#sql.anyFrom, prefix, prefix + LAST) !== undefined
  }

  // ── groups
  /** The number of a group, which is in use from now on. */
  group(name: string, now: number): number {
    return first(this.#sql.group, name, now)?.[0] as number
  }

  /** The same where to be written is no use: what was used stays in its place, and what is not there yet is the first to go. */
  unusedGroup(name: string): number {
    return (first(this.#sql.groupNamed, name)?.[0] as number | undefined) ?? this.group(name, 0)
  }

  touch(name: string, now: number): void {
    this.#sql.touch.run(now, name, now)
  }

  /** Without what is kept, under `h1:k:`. */
  leastRecentlyUsed(limit: number, now: number): { id: number; name: string }[] {
    return all(this.#sql.leastRecentlyUsed, now, limit).map(([id, name]) => ({ id: id as number, name: name as string }))
  }

  /** All records of a group, and its bodies' rows; the files are the caller's. */
  removeGroup(id: number): { records: Given[]; bodies: Given[] } {
    const given = (rows: Row[]): Given[] => rows.map(([key, bytes]) => ({ key: key as string, bytes: bytes as number }))
    const records = given(all(this.#sql.removeOfGroup, id))
    const bodies = given(all(this.#sql.removeBodiesOfGroup, id))
    this.#sql.removeGroup.run(id)
    return { records, bodies }
  }

  removeGroupIfEmpty(id: number): void {
    this.#sql.removeGroupIfEmpty.run(id, id, id)
  }

  // ── bodies
  bodySize(id: string): number | undefined {
    return first(this.#sql.bodySize, id)?.[0] as number | undefined
  }

  addBody(id: string, group: number, bytes: number): boolean {
    return this.#sql.addBody.run(id, group, bytes).changes === 1
  }

  /** False: it is not as long as the writer thinks, so it was given up, or somebody else writes it. */
  growBody(id: string, from: number, to: number): boolean {
    return this.#sql.growBody.run(to, id, from).changes === 1
  }

  removeBody(id: string): number | undefined {
    return first(this.#sql.removeBody, id)?.[0] as number | undefined
  }

  // ── leases
  lease(key: string): LeaseRow | undefined {
    const row = first(this.#sql.lease, key)
    return row && { generation: row[0] as number, since: row[1] as number, until: row[2] as number }
  }

  putLease(key: string, { generation, since, until }: LeaseRow): void {
    this.#sql.putLease.run(key, generation, since, until)
  }

  /** Above `last`, and above all that were granted before in this database. */
  nextGeneration(last: number): number {
    return first(this.#sql.nextGeneration, last)?.[0] as number
  }

  removeLease(key: string, generation: number): void {
    this.#sql.removeLease.run(key, generation)
  }

  /** Forgets leases that ran out before `time`. */
  removeLeases(time: number, limit: number): void {
    this.#sql.removeLeases.run(time, limit)
  }

  /** Another number whenever another connection has committed. */
  get changesOfOthers(): number {
    return first(this.#sql.changesOfOthers)?.[0] as number
  }

  // ── space
  bodyBytes(): number {
    return first(this.#sql.fact, 'body bytes')?.[0] as number
  }

  pageSize(): number {
    return first(this.#sql.pageSize)?.[0] as number
  }

  pages(): number {
    return first(this.#sql.pages)?.[0] as number
  }

  freePages(): number {
    return first(this.#sql.freePages)?.[0] as number
  }

  /** Moves up to so many free pages to the end of the file and cuts them off. */
  vacuum(pages: number): void {
    this.#db.exec(`PRAGMA incremental_vacuum(${pages})`)
  }
}
