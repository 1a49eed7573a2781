import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { play } from '../scripts/demo/play.ts'
import { openTheatre, PATH } from '../scripts/demo/theatre.ts'
import { type ChildExit, startChild } from './helpers/child.ts'
import { cut, flip, ok, startOrigin, status } from './helpers/origin/index.ts'

const cache = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
const LONG = 120_000

afterAll(() => rmSync(cache, { recursive: true }))

/** Runs the demo, as `npm run demo` would. */
function demo(...args: string[]): Promise<ChildExit> {
  return startChild(new URL('../scripts/demo/main.ts', import.meta.url), { args, env: { HOLDFAST_DIR: cache } }).exit
}

describe('the demo', () => {
  test('the story goes as promised, on one screen', { timeout: LONG }, async () => {
    const { code, stdout } = await demo()
    expect(stdout).toMatch(/^22 calls, 22 right bodies, 7 requests reached the origin, server dead since call 10\.$/m)
    expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(40)
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100)
    expect(code).toBe(0)
  })

  test('what is not as promised is told', { timeout: LONG }, async () => {
    await using theatre = await openTheatre()
    const { first, changed } = theatre
    const scene = { title: 'a flipped bit', prepare: () => theatre.origin.script(PATH, flip(first.bytes, 7, first.options)) }
    const flipped = await play(theatre, { ...scene, promised: { outcome: 'miss', edition: first, requests: 1 } })
    expect(flipped.wrong).toEqual(['the body is not the first file'])
    const other = await play(theatre, { ...scene, promised: { outcome: 'fallback', edition: changed, requests: 2 } })
    expect(other.wrong).toEqual([
      'the body is not the changed file',
      'the outcome is hit, not fallback',
      '0 requests reached the origin, not 2',
    ])
    await theatre.fetch.close()
    const closed = await play(theatre, { ...scene, prepare: () => {}, promised: { outcome: 'hit', edition: first, requests: 0 } })
    expect(closed.wrong).toEqual([expect.stringMatching(/^rejected: .*closed/)])
  })

  test('a URL: saved, fetched again, told', { timeout: LONG }, async () => {
    await using origin = await startOrigin()
    const options = { etag: '"1"', ranges: true, conditional: true }
    const body = Buffer.alloc(3_000_000, 'a line\n')
    origin.script('/a.txt', cut(body, '50%', options), ok(body, options))
    const { code, stdout, stderr } = await demo(origin.url('/a.txt'))
    expect(stdout).toMatch(/^first {3}200 OK, 2\.9 MB in \d+ ms: miss, kept in sqlite, 2 attempts, 1 resume$/m)
    expect(stdout).toMatch(/^second {2}200 OK, 2\.9 MB in \d+ ms: revalidated, from \w+, 1 attempt, 0 resumes$/m)
    const saved = /^saved {3}(.*)$/m.exec(stdout)?.[1] ?? ''
    expect(basename(saved)).toBe('a.txt')
    expect(readFileSync(saved).equals(body)).toBe(true)
    rmSync(join(saved, '..'), { recursive: true })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('no answer: one line that says why', { timeout: LONG }, async () => {
    await using origin = await startOrigin()
    origin.script('/gone', status(404))
    const wrong: [url: string, line: RegExp][] = [
      [origin.url('/gone'), /^No answer: the server says 404 Not Found\n$/],
      ['no url', /^"no url" is not a URL.*\n$/],
    ]
    for (const [url, line] of wrong) {
      const { code, stdout, stderr } = await demo(url)
      expect(stderr).toMatch(line)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    }
  })
})
