import { constants, createZstdCompress } from 'node:zlib'
import { expect, test } from 'vitest'
import { decoded } from '../../src/stages/transport/decode.ts'
import { bytesOf, failureOf } from './transport.ask.ts'

/** A short text under a window of this size: flushed in between, the encoder does not know how short it will be. */
async function coded(windowLog: number): Promise<Buffer> {
  const engine = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: windowLog } })
  engine.write('some ')
  await new Promise<void>((resolve) => engine.flush(resolve))
  engine.end('text')
  return Buffer.concat(await Array.fromAsync(engine))
}

/** All here before it is asked for, so that it may be decoded in one call. */
function here(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  const steps: IteratorResult<Uint8Array>[] = [{ done: false, value: bytes }]
  return { [Symbol.asyncIterator]: () => ({ next: async () => steps.shift() ?? { done: true, value: undefined } }) }
}

test('in one call zstd has the window that RFC 9659 allows, and no larger one', async () => {
  expect((await bytesOf(decoded(here(await coded(23)), 'zstd'))).toString()).toBe('some text')
  for (const log of [24, 27]) {
    expect(await failureOf(bytesOf(decoded(here(await coded(log)), 'zstd')))).toBe('BAD_ENCODING')
  }
})
