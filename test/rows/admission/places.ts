import type { Options } from '../../../src/index.ts'
import { type Origin, type Step, startOrigin } from '../../helpers/origin/index.ts'
import { type Given, given } from '../download/given.ts'

/** The first place, and a mirror of another name and port, with what each of them says. */
export async function places(
  first: Step,
  mirror: Step,
  options: Options = {},
): Promise<{ g: Given; other: Origin } & AsyncDisposable> {
  const g = await given(options)
  const other = await startOrigin({ clock: g.clock })
  g.origin.script('/f', first)
  other.script('/m', mirror)
  const dispose = async (): Promise<void> => {
    await g[Symbol.asyncDispose]()
    other.kill()
    await other.close()
  }
  return { g, other, [Symbol.asyncDispose]: dispose }
}
