/**
 * The memory of bytes that have it for themselves, else the bytes: what stands for them as long as they are kept, whoever looks at them. A view
 * of it takes 100 bytes, and is made in a moment.
 */
export const ownMemoryOf = (bytes: Uint8Array): ArrayBufferLike | Uint8Array =>
  bytes.length === bytes.buffer.byteLength ? bytes.buffer : bytes
