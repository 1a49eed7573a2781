import { serveCommand } from './command.ts'
import { TRIES } from './serve.ts'

// One second is the shortest wait, and without a wait it does not try a 503 again.
const RETRY = `--max-tries ${TRIES} --retry-wait 1 --max-file-not-found ${TRIES}`
// Not always: it may start from zero where it cannot resume.
const RESUME = '--continue=true --always-resume=false --allow-overwrite=true --auto-file-renaming=false'

serveCommand('aria2c', (url, file) => `--quiet ${RETRY} ${RESUME} --dir . --out ${file} ${url}`)
