import { expect, test } from 'vitest'
import { startChild } from './child.ts'

const TALKER = new URL('fixtures/talker.ts', import.meta.url)
const QUIET = new URL('fixtures/quiet.ts', import.meta.url)

test('a TypeScript file runs under this Node, with arguments, variables and messages both ways', async () => {
  await using child = startChild(TALKER, { args: ['argument'], env: { TALKER: 'variable' } })
  expect(await child.message<string>()).toBe('ready')
  child.send({ say: 'hello' })
  expect(await child.message()).toEqual({ heard: 'hello', argument: 'argument', variable: 'variable' })
  child.send({ print: 'a line' })
  expect(await child.line()).toBe('a line')
  child.send({ exit: 3 })
  expect(await child.exit).toMatchObject({ code: 3, signal: null, stdout: 'a line\n' })
})

test('a child ends by itself, and its output and its peak memory are collected', async () => {
  await using child = startChild(QUIET)
  const { code, stdout, stderr, resourceUsage } = await child.exit
  expect([code, stdout, stderr]).toEqual([0, 'last words\n', 'and a warning\n'])
  expect(resourceUsage?.maxRSS).toBeGreaterThan(10_000)
})

test('maxRSS, in KiB, grows with what the child allocates', async () => {
  await using child = startChild(TALKER)
  await child.message()
  child.send({ allocate: 200 * 1024 * 1024 })
  child.send({ exit: 0 })
  expect((await child.exit).resourceUsage?.maxRSS).toBeGreaterThan(200 * 1024)
})

test('SIGKILL: the signal is reported, nothing else is', async () => {
  await using child = startChild(TALKER)
  await child.message()
  child.kill()
  expect(await child.exit).toMatchObject({ code: null, signal: 'SIGKILL', resourceUsage: undefined })
})

test('SIGSTOP and SIGCONT: a stopped child answers when it goes on', async () => {
  await using child = startChild(TALKER)
  await child.message()
  child.kill('SIGSTOP')
  child.send({ say: 'are you there' })
  const answer = child.message<{ heard: string }>()
  const silence = new Promise<'silence'>((resolve) => setTimeout(resolve, 100, 'silence'))
  expect(await Promise.race([answer, silence])).toBe('silence')
  child.kill('SIGCONT')
  expect(await answer).toMatchObject({ heard: 'are you there' })
})

test('waiting for a child that has ended fails and says how it ended', async () => {
  await using child = startChild(QUIET)
  expect(await child.line()).toBe('last words')
  await expect(child.line()).rejects.toThrow('code 0')
  await expect(child.message()).rejects.toThrow('and a warning')
})

test('two children run side by side', async () => {
  await using first = startChild(TALKER)
  await using second = startChild(TALKER)
  expect(await Promise.all([first.message(), second.message()])).toEqual(['ready', 'ready'])
  expect(first.pid).not.toBe(second.pid)
})
