import { HoldfastError, HttpError } from './model/errors.ts'
import { issuesText } from './policy/rejection.ts'
import { whileWanted } from './stages/function/run.ts'
import { inspect, servedAs } from './stages/response/held-response.ts'

/** `schema` may have transformed what it accepted, so it is asked again although admission asked it before. */
export async function jsonOf(response: Response, again: () => Promise<Response>): Promise<unknown> {
  try {
    return await jsonIn(response)
  } catch (error) {
    // It was stored by somebody who did not ask for JSON, or not for this: the origin has the word, where it may be asked.
    const isStored = ['hit', 'stale'].includes(inspect(response)?.outcome ?? '')
    const { cache, signal } = servedAs(response)?.call ?? {}
    if (error instanceof HttpError || !isStored || cache === 'only-if-cached' || signal?.aborted) throw error
    return jsonIn(await again())
  }
}

interface Validated {
  readonly value?: unknown
  readonly issues?: readonly unknown[]
}

async function jsonIn(response: Response): Promise<unknown> {
  const call = servedAs(response)?.call
  const asked = { method: call?.method ?? 'GET', url: call?.url ?? response.url }
  if (!response.ok) throw new HttpError(response, asked)
  const value: unknown = await response.json()
  const schema = call?.settings.schema
  if (schema === undefined) return value
  const validating = (): unknown => schema['~standard'].validate(value)
  const signal = call?.signal
  const result = (await (signal === undefined ? validating() : whileWanted(validating, signal))) as Validated
  if (result.issues !== undefined) throw new HoldfastError('REJECTED', `schema: ${issuesText(result.issues)}`, asked)
  return result.value
}
