import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Layout } from '../../../adapters/stores/folder/layout.ts'
import { type EndedLease, forgetLeases } from '../../../adapters/stores/folder/lease-files.ts'

test('more leases that ended than a call takes arguments are forgotten all the same', async () => {
  const floor = mkdtempSync(join(tmpdir(), 'holdfast-leases-'))
  onTestFinished(() => rmSync(floor, { recursive: true, force: true }))
  const layout = { floor, within: (_: unknown, make: () => Promise<unknown>) => make() } as unknown as Layout
  let forgotten = 0
  const folder = {
    forget: async () => {
      forgotten += 1
    },
  }
  const ended = Array.from({ length: 200_000 }, (_, n) => ({ folder, state: { generation: n } }) as unknown as EndedLease)
  await forgetLeases(layout, ended)
  expect([forgotten, readdirSync(floor)]).toEqual([200_000, ['199999']])
})
