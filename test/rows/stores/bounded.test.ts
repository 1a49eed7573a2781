import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startChild } from '../../helpers/child.ts'
import { pseudoRandom } from '../../helpers/digest.ts'
import type { Told } from './children/through.ts'
import { folder } from './given.ts'

// Memory does not grow with the body (S15). HOLDFAST_BODY_MB=1024 for the size that is promised: half a minute through Keyv.
const LARGE = Number(process.env.HOLDFAST_BODY_MB ?? 64)
const SMALL = 16

/** One MiB; each of a body begins with its number, so that none can stand for another. */
const BLOCK = pseudoRandom(1024 * 1024, 'bounded')

function block(n: number): Buffer {
  const bytes = Buffer.from(BLOCK)
  bytes.writeUInt32BE(n)
  return bytes
}

/** Serves a body of as many MiB as the path says. */
async function anOriginOfSizes(): Promise<{ url: (mib: number) => string; hits: () => number }> {
  let hits = 0
  const server = createServer((request, response) => {
    const mib = Number(request.url?.slice(1))
    hits++
    response.writeHead(200, { 'Content-Length': mib * BLOCK.length, 'Cache-Control': 'public, max-age=3600' })
    void (async () => {
      for (let n = 0; n < mib; n++) if (!response.write(block(n))) await once(response, 'drain')
      response.end()
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: (mib) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${mib}`, hits: () => hits }
}

function digestOf(mib: number): string {
  const hash = createHash('sha256')
  for (let n = 0; n < mib; n++) hash.update(block(n))
  return hash.digest('hex')
}

test.each(['sqlite', 'folder', 'keyv'])(
  `${LARGE} MB through %s hold no more memory than ${SMALL} MB`,
  {
    timeout: 120_000 + LARGE * 2_000,
  },
  async (tier) => {
    const origin = await anOriginOfSizes()
    const peaks: number[] = []
    for (const mib of [SMALL, LARGE]) {
      await using child = startChild(new URL('children/through.ts', import.meta.url), {
        args: [tier, folder(), origin.url(mib)],
        nodeFlags: ['--expose-gc'],
      })
      const told = await child.message<Told>()
      const digest = digestOf(mib)
      expect([told.outcomes[1], ...told.digests]).toEqual(['hit', digest, digest])
      peaks.push(told.peakMiB)
    }
    expect(origin.hits()).toBe(2)
    console.log(`${tier}: peak RSS ${peaks.map((peak) => peak.toFixed(0)).join(' and ')} MiB`)
    const [small = 0, large = 0] = peaks
    // A body that were held would be all of it.
    expect(large - small).toBeLessThan((LARGE - SMALL) / 2)
  },
)
