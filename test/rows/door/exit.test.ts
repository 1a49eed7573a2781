import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ChildExit, startChild } from '../../helpers/child.ts'
import { hang, inOrder, ok, retryLater, type Step, stall, startOrigin, status } from '../../helpers/origin/index.ts'

async function run(what: string, step: Step): Promise<ChildExit & { hits: number }> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-exit-'))
  try {
    await using origin = await startOrigin()
    origin.script('/r', step)
    const env = { HOLDFAST_DIR: join(dir, 'default') }
    await using child = startChild(new URL('children/exit.ts', import.meta.url), {
      args: [origin.url('/r'), what, join(dir, 'cache.db')],
      env,
    })
    const exit = await child.exit
    return { ...exit, hits: origin.hits('/r') }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

const big = ok(Buffer.alloc(3 * 1024 * 1024, 'x'))

// If one of these does not end by itself, the test's time limit is what tells.
describe('a program whose only pending thing is an idle holdfast ends by itself', { timeout: 60_000, concurrent: true }, () => {
  const rows: [string, Step, string][] = [
    ['made', ok(''), ''],
    ['read', ok('text'), 'text\n'],
    ['unread', big, '200\n'],
    ['left', stall(Buffer.alloc(1000), 500), 'true\n'],
    ['default', ok('text'), 'text\n'],
    ['listening', ok('text'), '4\n'],
    ['fallback', status(503), 'kept\n'],
    ['aborted', hang(), 'TimeoutError\n'],
    ['paced', ok('text'), 'text\nTimeoutError\n'],
  ]
  test.each(rows)('%s', async (what, step, stdout) => {
    expect(await run(what, step)).toMatchObject({ code: 0, stdout, stderr: '' })
  })
})

describe('a program that waits for an answer does not end early', { timeout: 60_000, concurrent: true }, () => {
  test('in a back-off', async () => {
    expect(await run('waiting', inOrder(status(503), ok('after the wait')))).toMatchObject({
      code: 0,
      stdout: 'after the wait\n',
      stderr: '',
      hits: 2,
    })
  })

  test('in a wait that the origin asked for', async () => {
    expect(await run('told', inOrder(retryLater('1'), ok('after the wait')))).toMatchObject({
      code: 0,
      stdout: 'after the wait\n',
      stderr: '',
      hits: 2,
    })
  })
})
