import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { folder } from './given.ts'

const SCRIPT = fileURLToPath(new URL('./children/fill-up.ts', import.meta.url))
const TOO_LARGE = fileURLToPath(new URL('./children/too-large.ts', import.meta.url))

interface Report {
  wrong: string[]
  failures: string[]
  again: string
  stored: number
  last: string
}

const canUnshare = spawnSync('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0

// Whoever downloads gets the bytes, nothing half-written is ever served, and what was stored stays (S04).
describe.each(['sqlite', 'folder'])('no room for %s', (kind) => {
  test('a limited file size (ulimit -f)', () => {
    const output = execFileSync('sh', ['-c', 'ulimit -f 2000; exec "$0" "$@"', process.execPath, SCRIPT, kind, folder()], {
      encoding: 'utf8',
    })
    const report: Report = JSON.parse(output)
    expect(report).toMatchObject({ wrong: [], failures: ['STORE'] })
    expect(report.stored).toBeGreaterThan(2)
  })

  // Needs user namespaces, which some containers forbid; the test above shows the same without.
  test.skipIf(!canUnshare)(
    'a full disk (a tmpfs with 2.4 MB left): it says so, and once there is room it goes on, and has what it missed',
    () => {
      const directory = folder()
      writeFileSync(
        join(directory, 'run.sh'),
        'mount -t tmpfs -o size=16m tmpfs "$1" && head -c 14400000 /dev/zero > "$1/ballast" && exec "$2" "$3" "$4" "$1" "$1/ballast"',
      )
      const words = ['-Urm', 'sh', join(directory, 'run.sh'), directory, process.execPath, SCRIPT, kind]
      const report: Report = JSON.parse(execFileSync('unshare', words, { encoding: 'utf8' }))
      expect(report).toMatchObject({ wrong: [], failures: ['STORE'], again: 'closed', last: 'right', stored: 25 })
    },
  )

  // Of the first, no chunk fits; of the second, some do. What is left of either would keep the disk full for an hour, or for ever.
  test.skipIf(!canUnshare).each([
    { megabytes: 3, bytes: 1_500_000 },
    { megabytes: 8, bytes: 12_000_000 },
  ])('a body of $bytes bytes that does not fit on a disk of $megabytes MB leaves nothing there', ({ megabytes, bytes }) => {
    const directory = folder()
    const script = `mount -t tmpfs -o size=${megabytes}m tmpfs "$1" && head -c 2300000 /dev/zero > "$1/ballast" && exec "$2" "$3" "$4" "$1" "$5"`
    writeFileSync(join(directory, 'run.sh'), script)
    const words = ['-Urm', 'sh', join(directory, 'run.sh'), directory, process.execPath, TOO_LARGE, kind, `${bytes}`]
    const report = JSON.parse(execFileSync('unshare', words, { encoding: 'utf8' }))
    expect(report).toMatchObject({ came: bytes, left: [], isStored: true, closed: [] })
    expect(report.free).toBeGreaterThan(100_000)
  })
})
