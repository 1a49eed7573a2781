import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { notMade } from '../../adapters/stores/not-made.ts'
import { scratch } from './scratch.ts'

const SCRIPT = fileURLToPath(new URL('./children/open-there.ts', import.meta.url))
const canUnshare = spawnSync('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0

// A container without a disk of its own, or one that the system has stopped writing to because it fails. Node itself tells ENOENT.
// Needs user namespaces, which some containers forbid.
test.skipIf(!canUnshare)('on a disk that can only be read, or not any more be written, that is what is told', () => {
  const directory = scratch()
  const script = `"$2" "$3" "$1/disk" "$1/ready" "$1/go" & child=$!
    while [ ! -e "$1/ready" ] && kill -0 $child; do sleep 0.05; done
    mount -o remount,ro "$1/disk"; touch "$1/go"; wait $child`
  writeFileSync(join(directory, 'run.sh'), `mkdir "$1/disk"; mount -t tmpfs tmpfs "$1/disk"; ${script}`)
  const words = ['-Urm', 'sh', join(directory, 'run.sh'), directory, process.execPath, SCRIPT]
  const { messages, leased } = JSON.parse(execFileSync('unshare', words, { encoding: 'utf8' }))
  const refused = expect.stringMatching(/cannot be written \(EROFS\)\. Give this user the right to, choose another path/)
  expect(messages).toEqual([refused, refused, refused])
  expect(leased).toMatch(/its disk can only be read\. Choose another path/)
})

test('what is missing on a disk that can be written is missing', () => {
  const error = Object.assign(new Error('missing'), { code: 'ENOENT', syscall: 'mkdir', path: join(scratch(), 'a', 'b') })
  expect(notMade(error)).toBe(error)
})
