import type { Line, Operation } from './diary.ts'
import type { Ledger } from './ledger.ts'

/** A chunk and its seal: what is shorter is the last one of its body. */
const WHOLE_CHUNK = 1024 * 1024 + 16

/** What an operation makes of the body that is being fetched; undefined for most. */
function changeBy({ name, key, bytes = WHOLE_CHUNK }: Operation): 'there' | 'none' | 'all there' | undefined {
  if (key.startsWith('h1:p:')) return name === 'set' ? 'there' : name === 'delete' ? 'none' : undefined
  const isChunk = name === 'bodies.append' || (name === 'set' && key.startsWith('h1:c:'))
  return isChunk && bytes < WHOLE_CHUNK ? 'all there' : undefined
}

/**
 * Takes down, under `partial <path>`, where a life left a body that broke: 'there' as far as it came, or 'all there' and no version of
 * it yet. Only what is 'there' for certain must be gone on with.
 */
export function notePartials(lines: readonly Line[], ledger: Ledger): void {
  const changes = new Map<number, { about: string; value: string }>()
  for (const line of lines) {
    const value = line.name === 'operation' ? changeBy(line.operation) : undefined
    if (line.name === 'operation' && value !== undefined) {
      const about = `partial ${line.operation.step?.path}`
      // A single chunk is whole before it is known to be a part.
      const isWhole = ledger.sure(about) === 'all there' && value === 'there'
      if (isWhole) continue
      changes.set(line.operation.id, { about, value })
      ledger.allow(about, value)
    }
    const change = line.name === 'ended' && line.how === 'done' ? changes.get(line.id) : undefined
    if (change !== undefined) ledger.set(change.about, change.value)
  }
}
