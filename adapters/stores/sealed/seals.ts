import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Keyring } from './keyring.ts'

/** What is done to each value on its way in and out. */
export interface Seal {
  close(key: string, value: Uint8Array): Promise<Uint8Array>
  /** Undefined: it was not closed by this seal, for this key, as it is now. */
  open(key: string, sealed: Uint8Array): Promise<Uint8Array | undefined>
}

const CIPHER = 'aes-256-gcm'
/** First byte of a value, so that a later form is not taken for damage of this one. */
const ENCRYPTED = 1
const SIGNED = 2
/** Random for each value. Of 2^32 values under one key two have the same by a chance of 2^-33 (NIST SP 800-38D, 8.3). */
const NONCE = 12
const TAG = 16
const MAC = 32

/** AES-256-GCM (NIST SP 800-38D), with the store's key as additional data: a value says under which key it stands. */
export function encryption(keyring: Keyring): Seal {
  return {
    close: async (key, value) => {
      const [first] = await keyring.all()
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv(CIPHER, first as Uint8Array, nonce, { authTagLength: TAG }).setAAD(Buffer.from(key))
      const text = cipher.update(value)
      const rest = cipher.final()
      return Buffer.concat([Uint8Array.of(ENCRYPTED), nonce, cipher.getAuthTag(), text, rest])
    },
    open: async (key, sealed) => {
      if (sealed[0] !== ENCRYPTED || sealed.length < 1 + NONCE + TAG) return undefined
      for (const candidate of await keyring.all()) {
        const plain = decrypted(candidate, key, sealed)
        if (plain !== undefined) return plain
      }
      return undefined
    },
  }
}

function decrypted(secret: Uint8Array, key: string, sealed: Uint8Array): Uint8Array | undefined {
  const [nonce, tag] = [sealed.subarray(1, 1 + NONCE), sealed.subarray(1 + NONCE, 1 + NONCE + TAG)]
  const decipher = createDecipheriv(CIPHER, secret, nonce, { authTagLength: TAG }).setAAD(Buffer.from(key)).setAuthTag(tag)
  const text = decipher.update(sealed.subarray(1 + NONCE + TAG))
  try {
    decipher.final()
    return text
  } catch {
    // Not by this key, or not as it was: the caller's next key, or nobody's.
    return undefined
  }
}

/** HMAC-SHA-256 (RFC 2104) over the store's key and the value. */
export function signature(keyring: Keyring): Seal {
  const mac = (secret: Uint8Array, key: string, value: Uint8Array): Buffer =>
    createHmac('sha256', secret)
      .update(`${Buffer.byteLength(key)}:${key}`)
      .update(value)
      .digest()
  return {
    close: async (key, value) => {
      const [first] = await keyring.all()
      return Buffer.concat([Uint8Array.of(SIGNED), mac(first as Uint8Array, key, value), value])
    },
    open: async (key, sealed) => {
      if (sealed[0] !== SIGNED || sealed.length < 1 + MAC) return undefined
      const [said, value] = [sealed.subarray(1, 1 + MAC), sealed.subarray(1 + MAC)]
      const isOurs = (await keyring.all()).some((secret) => timingSafeEqual(mac(secret, key, value), said))
      return isOurs ? value : undefined
    },
  }
}
