import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type ChildExit, startChild } from '../helpers/child.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
const suite = join(folder, 'suite.json')
const floor = join(folder, 'floor.json')
const LONG = 30_000

const answers = (directive: string) => [{ response_headers: [['Cache-Control', directive]] }, { expected_type: 'cached' }]
const tests = [
  { id: 'stored', name: 'Stored', requests: answers('max-age=60') },
  { id: 'refused', name: 'Refused', kind: 'optimal', requests: answers('no-store') },
  { id: 'edge', name: 'Edge', cdn_only: true, requests: answers('max-age=60') },
]
writeFileSync(suite, JSON.stringify([{ id: 'area', name: 'Area', tests }]))

afterAll(() => rmSync(folder, { recursive: true }))

/** Runs the engine as `npm run conformance` would. */
function conformance(share: { required: number; optimal: number }, ...args: string[]): Promise<ChildExit> {
  writeFileSync(floor, JSON.stringify({ export: 'another', passed: {}, share, known: {} }))
  const url = new URL('../../scripts/conformance/run.ts', import.meta.url)
  return startChild(url, { args: ['--suite', suite, '--floor', floor, ...args] }).exit
}

test('a run over the floor', { timeout: LONG }, async () => {
  const { code, stdout } = await conformance({ required: 1, optimal: 0 })
  expect(stdout).toMatch(/^area +1\/1 +0\/1 *$/m)
  expect(stdout).toContain('refused (area, optimal): answer 2 does not come from the cache')
  expect(stdout).toContain("2 tests of 3 in the export, respect: 'standard'")
  expect(code).toBe(0)
})

test('a run below the floor', { timeout: LONG }, async () => {
  const { code, stdout } = await conformance({ required: 1, optimal: 1 })
  expect(stdout).toContain('BELOW THE FLOOR: optimal: 0 of 1 pass, the floor is a share of 1')
  expect(code).toBe(1)
})

test('one test, for a program to read', { timeout: LONG }, async () => {
  const { code, stdout } = await conformance({ required: 1, optimal: 1 }, '--only', 'refused', '--respect', 'resilient', '--json')
  expect(JSON.parse(stdout)).toMatchObject({
    tests: [{ id: 'refused', kind: 'optimal', outcome: 'fail' }],
    notes: ['the floor is not compared'],
  })
  expect(code).toBe(0)
})

test('what was sent and received is told where it is wanted', { timeout: LONG }, async () => {
  const { stdout } = await conformance({ required: 0, optimal: 0 }, '--verbose')
  expect(stdout).toMatch(
    /refused.*\n {2}1 > GET http.*\n {2}1 < 200 \{.*no-store.*\n {2}2 > GET.*\n {2}2 < 200.*\n {2}origin saw 1: GET \/test\//,
  )
})

test('what is not an option, and what is not in the export', { timeout: LONG }, async () => {
  expect(await conformance({ required: 0, optimal: 0 }, '--respect', 'none')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--respect none'),
  })
  expect(await conformance({ required: 0, optimal: 0 }, '--only', 'edge')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('called edge'),
  })
})
