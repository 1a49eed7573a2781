export function readerOf(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  if (response.body === null) throw new Error('no body')
  return response.body.getReader()
}

/** Reads until so many bytes are here, or the end. */
export async function take(reader: ReadableStreamDefaultReader<Uint8Array>, atLeast: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for (let length = 0; length < atLeast; ) {
    const { done, value } = await reader.read()
    if (done) break
    pieces.push(value)
    length += value.length
  }
  return Buffer.concat(pieces)
}

/** All that comes, and the error that ends it. */
export async function untilBroken(response: Response): Promise<{ bytes: Buffer; error: unknown }> {
  const reader = readerOf(response)
  const pieces: Uint8Array[] = []
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) pieces.push(read.value)
    return { bytes: Buffer.concat(pieces), error: undefined }
  } catch (error) {
    return { bytes: Buffer.concat(pieces), error }
  }
}
