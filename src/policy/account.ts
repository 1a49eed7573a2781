import { type Attempt, shownUrl } from '../model/errors.ts'
import type { EntryRecord, VersionRef } from '../model/record.ts'
import type { Failing, Walk } from './ending.ts'
import { toldPolicy } from './entry-policy.ts'
import type { Verdict } from './judge.ts'
import { current, hasLabel, isPinned, labelsOf, lastGood } from './selection.ts'
import { allVersions } from './version-choice.ts'

export interface Account {
  readonly entry: EntryRecord
  readonly walks: readonly Walk[]
  /** Names of the tiers, nearest first. */
  readonly tiers: readonly string[]
  /** Those of them that could not be asked. */
  readonly silent: readonly string[]
  readonly now: number
  /** How a call would be answered now, where anything is stored. */
  readonly outlook: Verdict | undefined
  /** How many calls were answered, and how many of them by a hit. */
  readonly use: { readonly requests: number; readonly hits: number; readonly lastRequestedAt: number } | undefined
}

const when = (at: number): string => new Date(at).toISOString()

/** A readable account of an entry: what is stored, which version answers and why, and what became of the last calls. No query, no secret. */
export function account({ entry, walks, tiers, silent, now, outlook, use }: Account): string {
  const policy = toldPolicy(entry)
  const versions = allVersions(entry.variants)
  const chosen = { current: current(entry.variants)?.ref.id, lastGood: lastGood(entry.variants)?.ref.id }
  return [
    `${entry.method} ${shownUrl(entry.url)}, group ${entry.group}; tiers asked in order: ${tiers.join(', ')}`,
    ...(silent.length > 0 ? [`could not be asked, so there may be more than is told here: ${silent.join(', ')}`] : []),
    ...(Object.keys(policy).length > 0 ? [`policy of its own: ${Object.keys(policy).join(', ')}`] : []),
    ...(entry.invalidatedAt === undefined
      ? []
      : [`invalidated at ${when(entry.invalidatedAt)}: what was checked before is stale`]),
    versions.length === 0
      ? `no version ${silent.length > 0 ? 'was found' : 'is stored'}`
      : `${versions.length} stored, newest first:`,
    ...versions.map(({ ref }) => `  ${versionLine(ref, chosen, now)}`),
    ...(outlook === undefined ? [] : [`a call now: ${outlookText(outlook)}`]),
    ...(use === undefined
      ? []
      : [`${use.hits} of ${use.requests} calls were hits; the last call was at ${when(use.lastRequestedAt)}`]),
    walks.length === 0
      ? 'no call was walked here; hits in memory are not listed'
      : 'last calls, newest first; hits in memory are not listed:',
    ...walks.flatMap((walk) => walkLines(walk, tiers)),
    ...failureLines(entry),
  ].join('\n')
}

function outlookText({ name, lifetime, age, staleFor }: Verdict): string {
  const seconds = (ms: number): string => (Number.isFinite(ms) ? `${Math.round(ms / 1000)} s` : 'for ever')
  return `${name}; age ${seconds(age)}, fresh for ${seconds(lifetime)}${staleFor > 0 ? `, stale for ${seconds(staleFor)}` : ''}`
}

function versionLine(
  ref: VersionRef,
  chosen: { current: string | undefined; lastGood: string | undefined },
  now: number,
): string {
  const roles = [
    ...(chosen.current === ref.id ? ['current: the newest that is not failed'] : []),
    ...(chosen.lastGood === ref.id
      ? [`last good: ${hasLabel(ref, 'valid') ? "the newest labelled 'valid'" : 'the newest not failed'}`]
      : []),
    ...labelsOf(ref).map(
      (name) => `label ${name}${ref.labels?.[name]?.reason === undefined ? '' : ` (${ref.labels[name].reason})`}`,
    ),
    ...(isPinned(ref, now) ? ['pinned'] : []),
  ]
  return `${ref.id}: stored ${when(ref.storedAt)}, checked ${when(ref.checkedAt)}${roles.map((role) => `; ${role}`).join('')}`
}

function walkLines(walk: Walk, tiers: readonly string[]): string[] {
  const head = `  ${when(walk.at)}, ${Math.round(walk.ms)} ms${walk.callers === undefined ? '' : `, ${walk.callers} callers`}:`
  if ('error' in walk) {
    const { error } = walk
    return [`${head} no answer, ${errorText(error)}`, ...error.attempts.map(attemptLine)]
  }
  const { end } = walk
  const isNew = end.outcome === 'miss'
  const asked = end.tier === undefined || isNew ? tiers : tiers.slice(0, tiers.indexOf(end.tier) + 1)
  return [
    `${head} ${end.outcome}${end.reason === undefined ? '' : ` (${end.reason})`}${end.version === undefined ? '' : `, version ${end.version}`}; ${verdict(end)}`,
    `    looked in ${asked.join(', ')}${end.tier === undefined ? '' : `; ${isNew ? 'put into' : 'answered out of'} ${end.tier}`}`,
    ...(end.error === undefined ? [] : [`    instead of an answer: ${errorText(end.error)}`]),
    ...end.attempts.map(attemptLine),
    ...end.warnings.map((warning) => `    warning: ${warning}`),
  ]
}

function verdict({ status, staleFor }: Extract<Walk, { end: unknown }>['end']): string {
  const stale = staleFor === undefined ? '' : `, stale for ${Math.round(staleFor / 1000)} s`
  const detail = status.detail === undefined ? '' : `, ${status.detail}`
  if (status.name === 'forwarded') return `verdict ${status.forward}: the origin was asked${stale}${detail}`
  return `verdict ${staleFor === undefined ? 'fresh' : 'stale'}: the origin was not asked${stale}${detail}`
}

const errorText = ({ name, message }: Failing): string => `${name}: ${shownText(message)}`

/** Messages of others may quote a URL. */
const shownText = (text: string): string => text.replace(/\?[^\s"')]+/g, '?…')

function attemptLine({ at, ms, url, status, bytes, resumedFrom, error, waited }: Attempt): string {
  const parts = [
    `    attempt at ${at.toISOString()}: ${shownUrl(url)}`,
    status === undefined ? 'no status' : `status ${status}`,
    `${bytes} B in ${Math.round(ms)} ms`,
    ...(resumedFrom === undefined ? [] : [`resumed from ${resumedFrom}`]),
    ...(waited === undefined ? [] : [`waited ${Math.round(waited)} ms before`]),
    ...(error === undefined ? [] : [`${error.code}: ${shownText(error.message)}`]),
  ]
  return parts.join(', ')
}

function failureLines({ failures = [] }: EntryRecord): string[] {
  if (failures.length === 0) return []
  const lines = failures
    .toReversed()
    .flatMap(({ at, code, message, attempts }) => [
      `  ${when(at)}: ${code}: ${shownText(message)}`,
      ...attempts.map((attempt) => attemptLine({ ...attempt, at: new Date(attempt.at) })),
    ])
  return ['obtains that gave up, newest first:', ...lines]
}
