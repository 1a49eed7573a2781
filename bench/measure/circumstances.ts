import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'

/** When and on what: ratios may be compared with those of another day, times may not. */
export function circumstances(name: string): string {
  const load = loadavg().map((figure) => figure.toFixed(1))
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`
  return `**${name}**, ${new Date().toISOString().slice(0, 16)}Z, commit ${commit()}, Node ${process.versions.node}, ${machine}, load ${load.join(' ')}`
}

function commit(): string {
  try {
    const of = (...words: string[]): string => execFileSync('git', words, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
    return `${of('rev-parse', '--short', 'HEAD')}${of('status', '--porcelain', '--', ':/src', ':/adapters') === '' ? '' : ' and changes'}`
  } catch {
    // Outside of a clone there is none to name.
    return 'unknown'
  }
}
