import type { Quota } from '../model/limits.ts'

/** The day or month in which calls are counted together, in UTC: its name, and when it ends (epoch milliseconds). */
export function periodOf(per: Quota['per'], now: number): { readonly name: string; readonly ends: number } {
  const at = new Date(now)
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()]
  const text = at.toISOString()
  return per === 'day'
    ? { name: text.slice(0, 10), ends: Date.UTC(year, month, day + 1) }
    : { name: text.slice(0, 7), ends: Date.UTC(year, month + 1, 1) }
}
