import { createHash } from 'node:crypto'
import { Client } from '../clients/client.ts'
import { ENTRANTS, type Entrant, isHere } from '../clients/roster.ts'
import type { Scenario } from '../scenario.ts'
import type { Measured } from './broken/measured.ts'
import { Origin } from './broken/origin.ts'
import { outcomeOf } from './broken/outcome.ts'
import type { Situation } from './broken/situation.ts'
import { SITUATIONS } from './broken/situations.ts'
import { table } from './broken/table.ts'

/** Correctness is counted here, not time, so the clients run beside each other: on paths of their own, and most of the time they wait. */
export const broken: Scenario<Measured> = {
  name: 'broken',
  question: `a download breaks at half, in ${SITUATIONS.length} situations: the right bytes, wrong ones, or an error?`,
  run: async ({ tell }) => {
    await using origin = await Origin.start()
    const here = ENTRANTS.filter(isHere)
    for (const { name, needs } of ENTRANTS.filter((entrant) => !here.includes(entrant)))
      tell(`${name}: no ${needs} on this machine`)
    const measured = await Promise.all(here.map((entrant) => every(entrant, origin)))
    return measured.flat()
  },
  table,
}

async function every(entrant: Entrant, origin: Origin): Promise<Measured[]> {
  await using client = await Client.start(entrant.program)
  const lines: Measured[] = []
  for (const situation of SITUATIONS) lines.push(await one(entrant, situation, { client, origin }))
  return lines
}

async function one(
  { name, digest }: Entrant,
  situation: Situation,
  { client, origin }: { client: Client; origin: Origin },
): Promise<Measured> {
  const path = `/${encodeURIComponent(name)}/${encodeURIComponent(situation.name)}`
  const url = origin.play(path, situation.script(Date.now()))
  const startedAt = performance.now()
  const told = await client.download({ url, ...(digest === 'known' && { integrity: integrityOf(situation.right) }) })
  const ms = Math.round(performance.now() - startedAt)
  const requests = origin.seen(path)
  return {
    client: name,
    version: client.version,
    row: situation.row,
    situation: situation.name,
    outcome: outcomeOf(situation, told, requests),
    error: 'error' in told ? told.error : undefined,
    ms,
    requests,
  }
}

function integrityOf(body: Uint8Array): string {
  return `sha256-${createHash('sha256').update(body).digest('base64')}`
}
