import type { BodyWriter, WrittenBody } from './rooms.ts'

/** Writes all that comes, to the end; of what breaks on its way nothing stays. */
export async function poured(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, writer: BodyWriter): Promise<WrittenBody> {
  try {
    for await (const piece of pieces) await writer.write(piece)
    return await writer.finish()
  } catch (error) {
    await writer.abandon('all')
    throw error
  }
}
