import { clipped, size } from './figures.ts'
import { type Caller, isRight, type Played, play } from './play.ts'
import { scenes } from './scenes.ts'
import { openTheatre, type Theatre } from './theatre.ts'

const WIDTH = 100
const TITLE = 48
const HEAD = ` call  ${'the origin'.padEnd(TITLE)} received   outcome      sha256  asked    ms`

/** Plays the whole story and prints it. Resolves to true when everything was as promised. */
export async function tellStory(): Promise<boolean> {
  await using theatre = await openTheatre()
  for (const line of opening(theatre)) console.log(line)
  const played: Played[] = []
  for (const scene of scenes(theatre)) {
    const one = await play(theatre, scene)
    for (const line of lines(one, 1 + callsOf(played))) console.log(line)
    played.push(one)
  }
  console.log(`\n${verdict(played)}`)
  return played.every(({ wrong }) => wrong.length === 0)
}

function opening({ first }: Theatre): string[] {
  return [
    `A file of ${size(first.bytes.length)}, an origin on 127.0.0.1 that misbehaves, memory and SQLite in a temporary folder.`,
    'As by default, but for 4 attempts instead of 6. Hours are skipped by a clock that is handed in.',
    'sha256: of what the caller read, against the file. asked: requests that have reached the origin.',
    'Below each: the version and the tier that it came from, and Cache-Status.',
    '',
    HEAD,
  ]
}

function callsOf(played: readonly Played[]): number {
  return played.reduce((sum, { scene }) => sum + (scene.callers ?? 1), 0)
}

function lines({ scene, callers, ms, requests, wrong }: Played, firstCall: number): string[] {
  const count = scene.callers ?? 1
  const calls = count === 1 ? `${firstCall}` : `${firstCall}-${firstCall + count - 1}`
  const [caller] = callers
  const row = [
    calls.padStart(5),
    ` ${clipped(scene.title, TITLE).padEnd(TITLE)}`,
    (caller === undefined ? '-' : size(caller.bytes)).padEnd(10),
    (caller?.inspection?.outcome ?? '-').padEnd(12),
    (callers.length === count && callers.every((one) => isRight(scene, one)) ? 'right' : 'WRONG').padEnd(7),
    String(requests).padStart(4),
    String(Math.round(ms)).padStart(6),
  ]
  const below = ' '.repeat(7)
  return [
    row.join(' '),
    ...(caller === undefined ? [] : [clipped(`${below}${versionOf(caller)}  ${caller.cacheStatus}`, WIDTH)]),
    ...wrong.map((sentence) => clipped(`${below}NOT AS PROMISED: ${sentence}`, WIDTH)),
  ]
}

function versionOf({ inspection }: Caller): string {
  if (inspection === undefined || inspection.outcome === 'bypass') return 'no version'
  return `${inspection.version.id}${inspection.tier === undefined ? '' : ` (${inspection.tier})`}`
}

function verdict(played: readonly Played[]): string {
  const calls = callsOf(played)
  const right = played.flatMap(({ scene, callers }) => callers.filter((caller) => isRight(scene, caller))).length
  const requests = played.at(-1)?.requests ?? 0
  const death =
    1 +
    callsOf(
      played.slice(
        0,
        played.findIndex(({ scene }) => scene.dead),
      ),
    )
  const broken = played.filter(({ wrong }) => wrong.length > 0).length
  const proved = `${calls} calls, ${right} right bodies, ${requests} requests reached the origin, server dead since call ${death}.`
  return broken === 0 ? proved : `${proved} Not as promised: ${broken} of ${played.length} scenes.`
}
