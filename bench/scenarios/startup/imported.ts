import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Facts } from '../../measure/job.ts'

const run = promisify(execFile)

/** Runs as it stands, so that nothing of the bench is in the figures. */
const PROGRAM = `
const before = process.cpuUsage()
const startedAt = performance.now()
await (BODY)
const ms = performance.now() - startedAt
const { user, system } = process.cpuUsage(before)
console.log(JSON.stringify({ ms, cpu: (user + system) / 1000, rss: process.resourceUsage().maxRSS / 1024 }))
`

/** What an import costs in a new process: ms of wall and of processor, MB of the most that the process ever had. */
export async function imported(packages: readonly string[], folder: string): Promise<Facts> {
  const body = packages.length === 0 ? 'undefined' : `Promise.all([${packages.map((name) => `import('${name}')`).join(', ')}])`
  const program = PROGRAM.replace('BODY', body)
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder })
  return JSON.parse(stdout) as Facts
}
