import type { CallOptions } from '../../../src/index.ts'
import { gate, ok } from '../../helpers/origin/index.ts'
import { seen } from '../download/given.ts'
import type { History } from './histories.ts'

export const CALL: { holdfast: CallOptions } = { holdfast: { tags: ['t'], group: 'g' } }

/** What a caller gets whose download was under way when the word was said. */
export async function overtaken(
  g: History,
  word: () => Promise<unknown>,
  call: Partial<typeof CALL> = CALL,
): Promise<string | undefined> {
  const held = gate(ok('asked before'))
  g.origin.script('/f', held)
  const asked = seen(g.fetch(g.url, { ...call, cache: 'reload' }))
  await held.arrived
  await word()
  held.release()
  const { text } = await asked
  await g.fetch.idle()
  g.origin.script('/f', ok('asked after'))
  return text
}
