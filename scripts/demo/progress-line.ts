import type { Progress } from '../../src/index.ts'
import { clipped, plural, size } from './figures.ts'

/** One line that is written over and over, on a terminal only. */
export interface ProgressLine {
  show(progress: Progress): void
  clear(): void
}

const CLEAR = '\r\u001b[K'
const COLUMNS = 80

export function progressLine(terminal: NodeJS.WriteStream): ProgressLine {
  if (!terminal.isTTY) return { show: () => {}, clear: () => {} }
  const tally = resumeTally()
  return {
    show: (progress) => void terminal.write(CLEAR + clipped(told(progress, tally(progress)), (terminal.columns || COLUMNS) - 1)),
    clear: () => void terminal.write(CLEAR),
  }
}

function told({ bytes, total, bytesPerSecond, attempt }: Progress, resumes: number): string {
  const share = total === undefined ? '' : ` of ${size(total)} (${Math.floor((100 * bytes) / Math.max(total, 1))} %)`
  return `${size(bytes)}${share}, ${size(Math.round(bytesPerSecond))}/s, attempt ${attempt}, ${plural(resumes, 'resume')}`
}

/** How many attempts so far went on where the one before had stopped. */
function resumeTally(): (progress: Progress) => number {
  const resumed = new Set<number>()
  return ({ attempt, resumedFrom }) => {
    if (resumedFrom !== undefined) resumed.add(attempt)
    return resumed.size
  }
}
