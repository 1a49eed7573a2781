import 'p-queue'
import '../../../src/stages/governor/robots-request.ts'
import { ok, type Step } from '../../helpers/origin/index.ts'
import { type Given, given } from '../download/given.ts'

export const HOUR = 3_600_000
export const limits: { hosts: { match: string; robots: boolean }[] } = { hosts: [{ match: '127.0.0.1', robots: true }] }

export const delay = (seconds: number | string): string => `User-agent: *\nCrawl-delay: ${seconds}\n`

/** An origin with this robots.txt, and three files. */
export async function crawled(robots: Step, options: Parameters<typeof given>[0] = {}): Promise<Given> {
  const g = await given({ limits, ...options })
  g.origin.script('/robots.txt', robots)
  for (const name of ['/a', '/b', '/c']) g.origin.script(name, ok('fine'))
  return g
}

export const get = (g: Given, name: string, init?: RequestInit): Promise<string> =>
  g.fetch(g.origin.url(name), init).then((response) => response.text())
export const starts = (g: Given): number[] => g.origin.requests().map(({ at }) => at)
export const paths = (g: Given): string[] => g.origin.requests().map(({ path }) => path)
