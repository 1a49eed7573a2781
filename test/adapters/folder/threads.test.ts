import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { scratch } from '../scratch.ts'

/** Bytes; a claim is a part of it. */
const BOUND = 4 * 1024 * 1024
const BODIES = 24

test.runIf(process.platform === 'linux')(
  'a thread that is terminated in the midst of its bodies: the room that it had claimed is free for the next who opens',
  async () => {
    const dir = scratch('memory')
    const worker = new Worker(new URL('./children/claim-and-stay.ts', import.meta.url), { workerData: [dir, BOUND, BODIES] })
    await once(worker, 'message')
    const left = (): string[] => readdirSync(join(dir, 'h1', 'staging'), { recursive: true, encoding: 'utf8' })
    const living = folder(dir, { maxBytes: BOUND })
    await living.open()
    expect(left().filter((name) => name.endsWith('.tmp'))).toHaveLength(BODIES)
    await living.close()
    await worker.terminate()
    const store = folder(dir, { maxBytes: BOUND })
    await store.open()
    await store.bodies?.delete(Array.from({ length: BODIES }, (_, body) => `body-${body}`))
    await store.set('h1:v:subject:1', new Uint8Array(3_000_000))
    await store.close()
    expect(left()).toEqual([])
  },
)
