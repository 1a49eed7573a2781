/** Milliseconds, or text such as '250ms', '30s', '5m', '12h', '7d'. */
export type Duration = number | string

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Milliseconds of a duration. `Infinity` means for ever.
 *
 * @throws TypeError that names `option`, the value and the forms that are right.
 */
export function parseDuration(value: Duration, option: string): number {
  const ms = typeof value === 'number' ? value : durationOfText(value)
  if (Number.isNaN(ms) || ms < 0) {
    throw new TypeError(
      `${option}: ${typeof value === 'number' ? value : JSON.stringify(value)} is not a duration. Give milliseconds as a number, or text such as '250ms', '30s', '5m', '12h' or '7d'.`,
    )
  }
  return ms
}

function durationOfText(text: unknown): number {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*$/i.exec(String(text)) ?? []
  return amount === undefined || unit === undefined ? Number.NaN : Number(amount) * (UNITS[unit.toLowerCase()] ?? Number.NaN)
}
