const UNITS = ['B', 'KB', 'MB', 'GB'] as const

/** Bytes for a reader, in powers of 1024. */
export function size(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), UNITS.length - 1)
  const value = bytes / 1024 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** At most `width` characters; what does not fit is told by two dots. */
export function clipped(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 2)}..`
}
