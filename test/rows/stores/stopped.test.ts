import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Store } from '../../../src/index.ts'
import { startChild } from '../../helpers/child.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { gatedBody, ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder } from './given.ts'

const FRESH = { 'cache-control': 'max-age=3600' }
/** Three chunks of a MiB, each with its seal: all that is written of the half. */
const THREE_CHUNKS = 3 * (1024 * 1024 + 16)

/** What is in the file counts once its row says so: a process that is stopped between the two has stored less than its file shows. */
async function counted({ bodies }: Store): Promise<number> {
  for await (const id of bodies?.ids() ?? []) return (await bodies?.size(id)) ?? 0
  return 0
}

test('stopped in mid-download, and awake when another has gone on with its body: what that one stored stands (S02)', async () => {
  const [origin, file, body] = [await anOrigin(), join(folder(), 'cache.db'), pseudoRandom(6_000_123, 'stopped')]
  const half = gatedBody(body, 4_000_000, { etag: '"1"', headers: FRESH })
  origin.script('/f', half, ok(body, { etag: '"1"', ranges: true, headers: FRESH }))
  const stopped = startChild(new URL('./children/client.ts', import.meta.url), { args: [file] })
  onTestFinished(() => stopped[Symbol.asyncDispose]())
  expect(await stopped.message()).toBe('ready')
  stopped.send(origin.url('/f'))
  const beside = sqlite(file)
  onTestFinished(() => beside.close())
  await expect.poll(() => counted(beside), { timeout: 10_000 }).toBe(THREE_CHUNKS)
  stopped.kill('SIGSTOP')
  const digestOf = async (response: Response): Promise<string> => sha256(new Uint8Array(await response.arrayBuffer()))
  expect(await digestOf(await anInstance({ tiers: [sqlite(file)] })(origin.url('/f')))).toBe(sha256(body))
  expect(origin.requests('/f')[1]?.headers).toMatchObject({ range: 'bytes=3144704-' })
  stopped.kill('SIGCONT')
  half.release()
  expect(await stopped.message()).toMatchObject({ digest: sha256(body) })
  const after = anInstance({ tiers: [sqlite(file)], mode: 'offline' })
  expect(await digestOf(await after(origin.url('/f')))).toBe(sha256(body))
  expect((await after.cache.audit({ repair: false })).damaged).toEqual([])
})
