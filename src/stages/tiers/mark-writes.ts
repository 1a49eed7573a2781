import type { Clock } from '../../model/clock.ts'
import type { KnownValue, Lease, Store, StoreEntry } from '../../model/store.ts'
import { isMarkRecord } from '../../policy/record-shape.ts'
import { decode } from './codec.ts'
import { inTurn } from './turn.ts'

/** Epoch ms; 0 for what is no mark. */
function timeOf(bytes: Uint8Array | undefined, storeKey: string): number {
  const decoded = bytes && decode(bytes, storeKey.slice(storeKey.lastIndexOf(':') + 1), isMarkRecord)
  return decoded?.name === 'record' ? decoded.record.at : 0
}

/** How often it is begun anew because the marks have changed, before they are written as they are: what is damaged is never as it was read. */
const TRIES = 100

/** None takes a newer one's place: another process may have said so while this one was stopped, or could not write. */
export async function writeMarks(store: Store, marks: readonly StoreEntry[], clock: Clock): Promise<void> {
  if (store.compareAndSet === undefined) return inTurn(store, 't', { clock, write: (lease) => writeNewer(store, marks, lease) })
  let left = marks
  for (let n = 0; left.length > 0 && n < TRIES; n++) left = await writeUnlessChanged(store, left)
  if (left.length > 0) await store.setMany([...left])
}

/** Those that the store has no newer ones of, each with what it has. */
async function newerIn(store: Store, marks: readonly StoreEntry[]): Promise<{ mark: StoreEntry; before: KnownValue }[]> {
  const known = await store.getMany(marks.map(({ key }) => key))
  return marks
    .map((mark, n) => ({ mark, before: { key: mark.key, value: known[n] } }))
    .filter(({ mark, before }) => timeOf(before.value, mark.key) < timeOf(mark.value, mark.key))
}

/** Gives those that have been changed in between. */
async function writeUnlessChanged(store: Store, marks: readonly StoreEntry[]): Promise<readonly StoreEntry[]> {
  const newer = await newerIn(store, marks)
  const areSet = await Promise.all(newer.map(async ({ mark, before }) => store.compareAndSet?.(before, [mark])))
  return newer.filter((_, n) => areSet[n] === false).map(({ mark }) => mark)
}

/** The marks of these keys that are from before then, as they stand. No use of them. */
export async function readMarks(store: Store, keys: readonly string[], before: number): Promise<StoreEntry[]> {
  const values = await store.getMany([...keys], { recency: 'keep' })
  return keys.flatMap((key, n) => {
    const [value, at] = [values[n], timeOf(values[n], key)]
    return value === undefined || at === 0 || at >= before ? [] : [{ key, value }]
  })
}

/** Epoch ms; long ago, whatever clock the store goes by. */
const PAST = 1

/** Those of these marks that are from before then are over, unless somebody says the same anew at this moment. */
export async function endMarks(store: Store, keys: readonly string[], { before, clock }: Ending): Promise<void> {
  const over = async (): Promise<Required<StoreEntry>[]> =>
    (await readMarks(store, keys, before)).map((mark) => ({ ...mark, expires: PAST }))
  if (store.compareAndSet === undefined) {
    return inTurn(store, 't', { clock, write: async (lease) => store.setMany(await over(), lease && { fence: lease }) })
  }
  await Promise.all((await over()).map(async (mark) => store.compareAndSet?.(mark, [mark])))
}

interface Ending {
  /** Epoch ms. */
  readonly before: number
  readonly clock: Clock
}

async function writeNewer(store: Store, marks: readonly StoreEntry[], lease: Lease | undefined): Promise<void> {
  const newer = (await newerIn(store, marks)).map(({ mark }) => mark)
  if (newer.length > 0) await store.setMany(newer, lease && { fence: lease })
}
