import { serialize } from 'node:v8'
import { asBuffer } from '../../model/as-buffer.ts'
import { textOf } from '../../model/attempt-failure.ts'
import { isBytes } from '../../model/bytes.ts'
import { type CodecName, frozen, isImmutable, refuseResult } from '../../policy/result-value.ts'

/** The user's own way from a result to bytes and back. */
export interface CustomCodec<T = unknown> {
  encode(value: T): Uint8Array
  decode(bytes: Uint8Array): T
}

/** A result as it is stored. */
export interface Encoded {
  readonly bytes: Uint8Array
  /** How it is to be read: a media type, for whoever meets it in a list or in another program. */
  readonly type: string
}

const TYPES: Readonly<Record<CodecName, string>> = {
  structured: 'application/x-v8-structured-clone',
  json: 'application/json',
  bytes: 'application/octet-stream',
  custom: 'application/x-custom',
}

/** Said of what was frozen to its leaves, so that it is so again. */
const FROZEN = '; frozen'

/** Said of bytes that were a Buffer, whose methods have other meanings. */
const BUFFER = '; buffer'

/** Stored under another codec, or by a release that knew another format: it is a miss, and made anew. */
export class Unreadable extends Error {
  constructor(message: string, options?: { cause: unknown }) {
    super(message, options)
    this.name = 'Unreadable'
  }
}

/** Results to bytes and back. What comes back is nobody else's: neither the caller that returned it nor any other can change it. */
export class ValueCodec {
  readonly #name: CodecName
  readonly #custom: CustomCodec | undefined
  #deserialize: ((bytes: Uint8Array) => unknown) | undefined

  constructor(codec: Exclude<CodecName, 'custom'> | CustomCodec) {
    this.#name = typeof codec === 'string' ? codec : 'custom'
    this.#custom = typeof codec === 'string' ? undefined : codec
  }

  /** @throws TypeError for a result that would not come back as it was; what the user's own `encode` throws. */
  encode(value: unknown): Encoded {
    try {
      refuseResult(value, this.#name)
      return this.#written(value)
    } catch (error) {
      if (error instanceof TypeError || this.#name === 'custom') throw error
      // Nested too deep, an exotic object, a getter that throws: only who writes it down finds out.
      throw new TypeError(`result: it cannot be kept (${textOf(error)}). Return plain data, or give the option codec.`, {
        cause: error,
      })
    }
  }

  #written(value: unknown): Encoded {
    const type = TYPES[this.#name]
    switch (this.#name) {
      case 'structured':
        return { bytes: serialize(value), type: isFrozen(value) ? type + FROZEN : type }
      case 'json':
        // JSON has no word for undefined, and no text of it is empty.
        return {
          bytes: new TextEncoder().encode(value === undefined ? '' : JSON.stringify(value)),
          type: isFrozen(value) ? type + FROZEN : type,
        }
      case 'bytes':
        return { bytes: new Uint8Array(value as Uint8Array), type: Buffer.isBuffer(value) ? type + BUFFER : type }
      case 'custom':
        return { bytes: bytesOf(this.#custom?.encode(value)), type }
    }
  }

  /** @throws Unreadable */
  decode({ bytes, type }: Encoded): unknown {
    const expected = TYPES[this.#name]
    if (![expected, expected + FROZEN, expected + BUFFER].includes(type)) throw new Unreadable(`it is stored as ${type}`)
    try {
      const value = this.#read(bytes)
      if (type === expected) return value
      return type === expected + FROZEN ? frozen(value) : asBuffer(value as Uint8Array)
    } catch (error) {
      throw new Unreadable(textOf(error), { cause: error })
    }
  }

  #read(bytes: Uint8Array): unknown {
    switch (this.#name) {
      case 'structured':
        this.#deserialize ??= withOwnMemory()
        return this.#deserialize(bytes)
      case 'json':
        return bytes.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(bytes))
      case 'bytes':
        return new Uint8Array(bytes)
      case 'custom':
        return this.#custom?.decode(new Uint8Array(bytes))
    }
  }
}

/**
 * Node gives views of the bytes that it reads, or of a pool in which other people's data lie: whoever sends `view.buffer` on would send those
 * too, and could not transfer it. Here each view has memory of its own. Made at the first result: who only fetches need not load node:v8.
 */
function withOwnMemory(): (bytes: Uint8Array) => unknown {
  class OwnMemory extends process.getBuiltinModule('node:v8').DefaultDeserializer {
    /** What V8 leaves to Node to read, which is views only. */
    _readHostObject(): NodeJS.ArrayBufferView {
      // @ts-expect-error Its types leave out what its documentation names.
      const view: NodeJS.ArrayBufferView<ArrayBuffer> = super._readHostObject()
      const memory = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength)
      return Buffer.isBuffer(view) ? Buffer.from(memory) : new (view.constructor as new (of: ArrayBuffer) => typeof view)(memory)
    }
  }
  return (bytes) => {
    const reader = new OwnMemory(bytes)
    reader.readHeader()
    return reader.readValue()
  }
}

const isFrozen = (value: unknown): boolean => typeof value === 'object' && value !== null && isImmutable(value)

function bytesOf(encoded: unknown): Uint8Array {
  if (!isBytes(encoded)) throw new TypeError(`codec.encode returned ${typeof encoded}, and has to return a Uint8Array`)
  return new Uint8Array(encoded)
}
