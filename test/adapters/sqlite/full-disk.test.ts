import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { scratch } from '../scratch.ts'

const SCRIPT = fileURLToPath(new URL('../children/fill-up.ts', import.meta.url))

const SQLITE = new URL('../../../adapters/stores/sqlite.ts', import.meta.url).href

interface Report {
  stored: number
  failures: { code: string; message: string }[]
  bodyFailure: { code: string; message: string }
  wrong: string[]
  again?: string
  mode: number
}

function shell(...args: string[]): Report {
  return JSON.parse(execFileSync('sh', args, { encoding: 'utf8' }))
}

/** What must hold wherever there is no room. */
const CLEAR = {
  failures: expect.arrayContaining([{ code: 'STORE', message: expect.stringContaining('cache.db') }]),
  bodyFailure: { code: 'STORE', message: expect.stringContaining('cache.db') },
  wrong: [],
  mode: 0o600,
}

const canUnshare = spawnSync('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0

describe('sqlite: no room', () => {
  test('a limited file size (ulimit -f): told as STORE, and what is stored stays readable', () => {
    const report = shell('-c', 'ulimit -f 4000; exec "$0" "$@"', process.execPath, SCRIPT, scratch())
    expect(report).toMatchObject(CLEAR)
    expect(report.stored).toBeGreaterThan(5)
  })

  test('no room for the index of its log alone, which SQLite calls an I/O error: told as what it is', () => {
    const code = `const { sqlite } = await import('${SQLITE}'); await sqlite(process.argv[1]).open().catch((e) => console.log(e.message))`
    const words = ['--input-type=module', '-e', code, join(scratch(), 'cache.db')]
    const output = execFileSync('sh', ['-c', 'ulimit -f 30; exec "$0" "$@"', process.execPath, ...words], { encoding: 'utf8' })
    expect(output).toMatch(/cache\.db: there is no room left for it .*I\/O error/)
  })

  // Needs user namespaces, which some containers forbid; the test above shows the same without.
  test.skipIf(!canUnshare)('a full disk (a tmpfs of 3 MB): the same, and it goes on once there is room', () => {
    const directory = scratch()
    writeFileSync(
      join(directory, 'run.sh'),
      'mount -t tmpfs -o size=3m tmpfs "$1" && head -c 400000 /dev/zero > "$1/ballast" && exec "$2" "$3" "$1" "$1/ballast"',
    )
    const report: Report = JSON.parse(
      execFileSync('unshare', ['-Urm', 'sh', join(directory, 'run.sh'), directory, process.execPath, SCRIPT], {
        encoding: 'utf8',
      }),
    )
    expect(report).toMatchObject({ ...CLEAR, again: 'stored' })
    expect(report.stored).toBeGreaterThan(5)
  })
})
