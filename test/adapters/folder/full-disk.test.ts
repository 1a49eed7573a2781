import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { scratch } from '../scratch.ts'
import { everything } from './tree.ts'

const SCRIPT = fileURLToPath(new URL('./children/fill-up.ts', import.meta.url))

interface Report {
  stored: number
  wrong: string[]
}

const shell = (command: string, ...args: string[]): Report => JSON.parse(execFileSync(command, args, { encoding: 'utf8' }))
const refused = (cure: RegExp) => ({ code: 'STORE', message: expect.stringMatching(cure) })

const canUnshare = spawnSync('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0

describe('folder: no room', () => {
  test('a limited file size (ulimit -f): told as STORE, nothing is lost, and no half file stays', () => {
    const dir = scratch()
    const report = shell('sh', '-c', 'ulimit -f 3000; exec "$0" "$@"', process.execPath, SCRIPT, dir)
    expect(report).toMatchObject({
      stored: 200,
      tooLarge: refused(/cache: writing failed: a file would be larger than this process may write/),
      bodyFailure: refused(/cache: writing a body failed: a file would be larger/),
      wrong: [],
    })
    expect(everything(dir).filter(({ name }) => name.endsWith('.tmp'))).toEqual([])
  })

  // Needs user namespaces, which some containers forbid; the test above shows the same without.
  test.skipIf(!canUnshare)('a full disk (a tmpfs of 3 MB): the same, and it goes on once there is room', () => {
    const directory = scratch()
    writeFileSync(
      join(directory, 'run.sh'),
      'mount -t tmpfs -o size=3m tmpfs "$1" && head -c 400000 /dev/zero > "$1/ballast" && exec "$2" "$3" "$1" "$1/ballast"',
    )
    const report = shell('unshare', '-Urm', 'sh', join(directory, 'run.sh'), directory, process.execPath, SCRIPT)
    const full = refused(/there is no room left on its disk/)
    expect(report).toMatchObject({ tooLarge: full, failure: full, bodyFailure: full, wrong: [], again: 'stored' })
    expect(report).not.toHaveProperty('removed')
    expect(report.stored).toBeGreaterThan(50)
  })
})
