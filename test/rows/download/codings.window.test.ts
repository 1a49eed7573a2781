import { constants, createZstdCompress } from 'node:zlib'
import { expect, test } from 'vitest'
import { ok } from '../../helpers/origin/index.ts'
import { given, seen } from './given.ts'

// RFC 9659: as a content coding zstd may ask for a window of 8 MiB, 2 to the power of 23, however short the body is.
async function coded(windowLog: number): Promise<Buffer> {
  const engine = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: windowLog } })
  engine.write('some ')
  // Flushed in between, the encoder does not know how short it will be, and asks for the whole window.
  await new Promise<void>((resolve) => engine.flush(resolve))
  engine.end('text')
  return Buffer.concat(await Array.fromAsync(engine))
}

test.each([
  [23, { text: 'some text' }],
  [24, { rejected: 'BAD_ENCODING' }],
  [27, { rejected: 'BAD_ENCODING' }],
])('nine bytes under a window of 2 to the power of %i', async (windowLog, came) => {
  await using g = await given({ retry: false })
  g.origin.script('/f', ok(await coded(windowLog), { headers: { 'Content-Encoding': 'zstd' } }))
  expect(await seen(g.fetch(g.origin.url('/f'), { headers: { 'Accept-Encoding': 'zstd' } }))).toMatchObject(came)
})
