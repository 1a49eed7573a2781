import type { Line } from './diary.ts'
import type { Ledger } from './ledger.ts'

/** Takes down where a life kept, and gave up, a body that broke: under `partial <path>`. */
export function notePartials(lines: readonly Line[], ledger: Ledger): void {
  const paths = new Map<number, { name: string; about: string }>()
  for (const line of lines) {
    if (line.name === 'operation' && line.operation.key.startsWith('h1:p:')) {
      const { id, name, step } = line.operation
      const about = `partial ${step?.path}`
      if (name !== 'set' && name !== 'delete') continue
      paths.set(id, { name, about })
      ledger.allow(about, name === 'set' ? 'there' : 'none')
    }
    const operation = line.name === 'ended' && line.how === 'done' ? paths.get(line.id) : undefined
    if (operation !== undefined) ledger.set(operation.about, operation.name === 'set' ? 'there' : 'none')
  }
}
