import { serveCommand } from './command.ts'
import { TRIES } from './serve.ts'

// One second is its shortest delay.
const SETTING = `--silent --show-error --fail --location --continue-at - --retry ${TRIES - 1} --retry-all-errors --retry-delay 1`

serveCommand('curl', (url, file) => `${SETTING} --output ${file} ${url}`)
