/**
 * Whether it is a Uint8Array, of whichever realm. Under Vitest's jsdom environment the global one is jsdom's, and of what Node makes, Buffers
 * among it, nothing is an instance of that.
 */
export const isBytes = (value: unknown): value is Uint8Array =>
  ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === 'Uint8Array'
