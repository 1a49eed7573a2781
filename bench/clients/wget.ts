import { serveCommand } from './command.ts'
import { TRIES } from './serve.ts'

const SETTING = `--no-verbose --continue --tries ${TRIES} --waitretry 1 --retry-on-http-error=404,503`

serveCommand('wget', (url, file) => `${SETTING} --output-document ${file} ${url}`)
