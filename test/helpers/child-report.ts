import { writeSync } from 'node:fs'

/** The pipe that `startChild` opens for this report. */
const REPORT_FD = 4

// Loaded before the child's own file. Written synchronously: nothing asynchronous runs once a process exits.
process.on('exit', () => {
  writeSync(REPORT_FD, JSON.stringify(process.resourceUsage()))
})
