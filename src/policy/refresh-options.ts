import type { RefreshSettings } from '../model/settings.ts'
import { cronMistake } from './cron.ts'
import { duration, flag, type Reader, readObject, text, wrong } from './option-readers.ts'

const EXAMPLES = "Give for instance { every: '6h' }, { cron: '0 3 * * *' }, or false."

/** What is due again at once is never done. Milliseconds. */
const SHORTEST = 1_000

const every: Reader<number> = (value, path) => {
  const ms = duration(value, path)
  if (ms < SHORTEST) throw wrong(path, value, "Give at least '1s'. To be asked at each call, say ttl: 0.")
  return ms
}

const cron: Reader<string> = (value, path) => {
  const said = text(value, path)
  const mistake = cronMistake(said)
  if (mistake !== undefined)
    throw wrong(
      path,
      value,
      `As a cron expression: ${mistake}. Give minute, hour, day, month and day of the week, for instance '0 3 * * *'.`,
    )
  return said.trim()
}

const timezone: Reader<string> = (value, path) => {
  const said = text(value, path)
  try {
    return new Intl.DateTimeFormat('en', { timeZone: said }).resolvedOptions().timeZone
  } catch {
    throw wrong(path, value, "It is no time zone. Give for instance 'Europe/Berlin', or 'UTC'.")
  }
}

const READERS = { every, cron, timezone, runAtStart: flag }

/** `refresh` → its one spelling inside. */
export const refresh: Reader<RefreshSettings> = (value, path) => {
  if (value === false) return false
  if (typeof value !== 'object') throw wrong(path, value, EXAMPLES)
  const read = readObject(value, READERS, path) as {
    every?: number
    cron?: string
    timezone?: string
    runAtStart?: boolean
  }
  if ((read.every === undefined) === (read.cron === undefined))
    throw wrong(path, value, `One of every and cron, and not both. ${EXAMPLES}`)
  if (read.cron !== undefined) return { cron: read.cron, timezone: read.timezone ?? 'UTC', runAtStart: read.runAtStart ?? true }
  if (read.timezone !== undefined || read.runAtStart !== undefined)
    throw wrong(path, value, 'timezone and runAtStart go with cron. What is due every so often goes on from the last time.')
  return { every: read.every as number }
}
