import { type ExecFileException, execFile, spawnSync } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { type Download, serve } from './serve.ts'

const FILE = 'download'
const run = promisify(execFile)

/** A downloader that is a program: a run of its own for each file. What it says is the file is what it leaves there with exit code 0. */
export function serveCommand(command: string, argsFor: (url: string, file: string) => string): void {
  const download: Download = async ({ url }) => {
    await rm(FILE, { force: true })
    await rm(`${FILE}.aria2`, { force: true })
    await run(command, argsFor(url, FILE).split(' ')).catch(({ code, stderr, stdout }: ExecFileException) => {
      throw new Error(`exit code ${code}: ${(stderr || stdout)?.trim()}`)
    })
    return readFile(FILE)
  }
  serve(versionIn(command), download)
}

function versionIn(command: string): string {
  const { stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' })
  return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? 'unknown'
}
