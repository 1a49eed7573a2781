import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Child, startChild } from '../../helpers/child.ts'
import { inOrder, ok, status } from '../../helpers/origin/index.ts'
import { anOrigin, folder } from '../stores/given.ts'

const REFRESHING = new URL('./children/refreshing.ts', import.meta.url)

function aChild(...args: string[]): Child {
  const child = startChild(REFRESHING, { args })
  onTestFinished(() => child[Symbol.asyncDispose]())
  return child
}

describe('processes', { timeout: 60_000, concurrent: true }, () => {
  test('a program whose only pending thing is a schedule ends by itself (B61)', async () => {
    const [origin, file] = [await anOrigin(), join(folder(), 'cache.db')]
    origin.script('/f', ok('text'))
    expect(await aChild(origin.url('/f'), file, '', '10m').exit).toMatchObject({ code: 0, stdout: 'text\n', stderr: '' })
    expect(origin.hits('/f')).toBe(1)
  })

  test('a refresh that fails kills nobody, and the program ends when it has nothing more to do (B134)', async () => {
    const [origin, file] = [await anOrigin(), join(folder(), 'cache.db')]
    origin.script('/f', inOrder(ok('text'), status(503)))
    const { code, stdout, stderr } = await aChild(origin.url('/f'), file, 'until it fails').exit
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'text\nfailed: HttpError\n', stderr: '' })
    expect(origin.hits('/f')).toBe(2)
  })
})
