/** Bytes, or text such as '64KB', '256MB', '10GB' (powers of 1024). */
export type Size = number | string

const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 }

/**
 * Bytes of a size.
 *
 * @throws TypeError that names `option`, the value and the forms that are right.
 */
export function parseSize(value: Size, option: string): number {
  const bytes = typeof value === 'number' ? value : sizeOfText(value)
  if (Number.isNaN(bytes) || bytes < 0) {
    throw new TypeError(
      `${option}: ${typeof value === 'number' ? value : JSON.stringify(value)} is not a size. Give bytes as a number, or text such as '64KB' or '10GB'.`,
    )
  }
  return bytes
}

function sizeOfText(text: unknown): number {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?b)\s*$/i.exec(String(text)) ?? []
  return amount === undefined || unit === undefined
    ? Number.NaN
    : Math.floor(Number(amount) * (UNITS[unit.toLowerCase()] ?? Number.NaN))
}
