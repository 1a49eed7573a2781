import type { FileHandle } from 'node:fs/promises'

/** Bytes from a place on; fewer where the file ends. Into the room, where there is one that is large enough. */
export async function readAt(file: FileHandle, position: number, length: number, room?: Uint8Array): Promise<Uint8Array> {
  // Not out of the pool: the bytes are handed to the caller for good.
  const bytes = room !== undefined && room.length >= length ? room : Buffer.allocUnsafeSlow(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, done)
}

/** A write may take fewer bytes than it was given. */
export async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
}
