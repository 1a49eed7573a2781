import { spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

interface Report {
  readonly testResults: { status: string; message: string; assertionResults: { status: string; fullName: string }[] }[]
}

/** Milliseconds. Code that never ends has been noticed too. */
const LONGEST = 180_000

/** In the place of a test's name. */
const UNHEARD = 'an error that no test waited for'

/** Ends a run that hangs with all that it started. Resolves to its exit code; undefined where it had to be ended. */
function exitOf(root: string, args: readonly string[]): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const run = spawn(process.execPath, args, { cwd: root, detached: true, stdio: 'ignore' })
    let hung = false
    const timer = setTimeout(() => {
      hung = true
      if (run.pid !== undefined) process.kill(-run.pid, 'SIGKILL')
    }, LONGEST)
    run.once('error', reject)
    run.once('close', (code) => {
      clearTimeout(timer)
      resolve(hung ? undefined : (code ?? 1))
    })
  })
}

/** The first test that failed; undefined where all passed. A file that cannot even be loaded has noticed too. */
export async function firstFailure(root: string, tests: readonly string[]): Promise<string | undefined> {
  const output = join(root, 'report.json')
  await rm(output, { force: true })
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  // Many mutants are noticed by a test that waits in vain. Alone on the machine it need not wait as long as in a full run.
  const args = [vitest, 'run', '--bail=1', '--testTimeout=20000', '--reporter=json', `--outputFile=${output}`, ...tests]
  const exit = await exitOf(root, args)
  if (exit === undefined) return `the tests did not end within ${LONGEST / 1000} s`
  const { testResults }: Report = JSON.parse(await readFile(output, 'utf8'))
  if (testResults.length !== tests.length) throw new Error(`${testResults.length} of the files ${tests.join(', ')} ran`)
  const failed = testResults.flatMap(({ assertionResults }) => assertionResults).find(({ status }) => status === 'failed')
  const unloaded = testResults.find(({ status }) => status === 'failed')?.message.split('\n', 1)[0]
  // The report does not name a rejection that nobody heard; the exit code does.
  return failed?.fullName ?? unloaded ?? (exit === 0 ? undefined : UNHEARD)
}
