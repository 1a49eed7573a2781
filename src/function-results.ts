import { holdOf, wholeOf } from './model/body-chunks.ts'
import { headerOf } from './model/headers.ts'
import { ownMemoryOf } from './model/own-memory.ts'
import { Recollection } from './model/recollection.ts'
import { INLINE_LIMIT } from './model/record.ts'
import type { Held, StoredBody } from './model/rooms.ts'
import type { Check } from './model/settings.ts'
import type { StandardSchema } from './model/standard-schema.ts'
import { issuesText } from './policy/rejection.ts'
import { isImmutable } from './policy/result-value.ts'
import { Unreadable, type ValueCodec } from './stages/function/value-codec.ts'

/** Large results that are looked for in hand; the one used longest ago is decoded anew. */
const MOST_LARGE = 1_000

/** Stored versions of one function → its results. */
export class Results {
  readonly #codec: ValueCodec
  readonly #given: 'one for all' | 'a copy for each'
  /** Results that nobody can change, or that all are to share, by the stored bytes that they are of: they stay for as long as those do, which memory bounds. */
  readonly #inHand = new WeakMap<ReturnType<typeof ownMemoryOf>, { readonly value: unknown }>()
  /** The same of results that may be too large to stand in memory as bytes: for as long as somebody has them. */
  readonly #large = new Recollection<string, { readonly id: string; readonly value: WeakRef<object> }>(MOST_LARGE)

  constructor(codec: ValueCodec, given: 'one for all' | 'a copy for each') {
    this.#codec = codec
    this.#given = given
  }

  /** Whether all callers get one and the same. */
  get givesOne(): boolean {
    return this.#given === 'one for all'
  }

  /** @throws Unreadable where it was stored in another form, or is damaged. */
  async of({ held, body }: { held: Held; body: Uint8Array | StoredBody | AsyncIterable<Uint8Array> }): Promise<unknown> {
    if (Symbol.asyncIterator in body) throw new Unreadable('it is a stream')
    const release = holdOf(body)
    try {
      const bytes = await wholeOf(body).catch((error: unknown) => {
        throw new Unreadable('its bytes cannot be read', { cause: error })
      })
      return this.decoded(held, bytes)
    } finally {
      release()
    }
  }

  /** A copy for each caller; of what nobody can change there need be one only. @throws Unreadable */
  decoded({ version }: Held, bytes: Uint8Array): unknown {
    const known = this.#inHand.get(ownMemoryOf(bytes))
    if (known !== undefined) return known.value
    const alive = this.#alive(version)
    const value = alive === undefined ? this.#codec.decode({ bytes, type: typeOf(version) }) : alive.value
    if (alive === undefined && this.#given === 'a copy for each' && !isImmutable(value)) return value
    this.#inHand.set(ownMemoryOf(bytes), { value })
    // What no tier has is of no version, and the next one like it is another result.
    if (version.id !== '' && bytes.length > INLINE_LIMIT && typeof value === 'object' && value !== null)
      this.#large.set(version.key, { id: version.id, value: new WeakRef(value) })
    return value
  }

  /** How what was decoded just now is given again: the same to all, or decoded anew. */
  again({ version }: Held, bytes: Uint8Array): { readonly value: unknown } | (() => unknown) {
    const type = typeOf(version)
    return this.#inHand.get(ownMemoryOf(bytes)) ?? (() => this.#codec.decode({ bytes, type }))
  }

  #alive({ key, id }: Held['version']): { readonly value: unknown } | undefined {
    const large = this.#large.get(key)
    const value = large?.id === id ? large.value.deref() : undefined
    return value === undefined ? undefined : { value }
  }
}

const typeOf = ({ headers }: Held['version']): string => headerOf(headers, 'content-type') ?? ''

/** The schema is asked of the result, whatever form that is stored in. */
export function checkBy(schema: StandardSchema, codec: ValueCodec): Check {
  return async (response) => {
    const bytes = new Uint8Array(await response.arrayBuffer())
    const value = codec.decode({ bytes, type: response.headers.get('content-type') ?? '' })
    const { issues } = (await schema['~standard'].validate(value)) as { issues?: readonly unknown[] }
    if (issues !== undefined) throw new Error(`schema: ${issuesText(issues)}`)
  }
}
