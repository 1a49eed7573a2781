/** The longest distance between two starts that a robots.txt can ask for: as long as a Retry-After is waited for by default. */
export const LONGEST_CRAWL_DELAY = 300_000

/** Who we are in a robots.txt. */
const OURSELVES = 'holdfast'

/** RFC 9309 2.2.1: the product token, with nothing of a version that follows it. */
const PRODUCT = /^[a-z_-]+/

/** Seconds, with or without a fraction. No two parts of it can take the same digits, so it is linear. */
const SECONDS = /^(?:\d+(?:\.\d*)?|\.\d+)$/

/** The lines of a group, besides the names. `Sitemap` and the like belong to no group and end none (RFC 9309 2.2.4). */
const OF_A_GROUP: ReadonlySet<string> = new Set(['allow', 'disallow', 'crawl-delay'])

type Agent = 'ours' | 'anybody'

/**
 * What a robots.txt asks of us by `Crawl-delay`, in milliseconds, at most {@link LONGEST_CRAWL_DELAY}; 0: nothing. RFC 9309 does not have
 * this field; it is read as if it were one of its rules. The groups for `holdfast` count if there are any, with or without a delay, else
 * those for `*`; groups of one name are one group (2.2.1), and of several delays in it the longest counts. What is no number of seconds is
 * passed over. Never throws; linear in the length of the text.
 */
export function crawlDelay(text: string): number {
  const delays = new Map<Agent, number>()
  let group: readonly (Agent | undefined)[] = []
  let isNaming = false
  for (const line of text.split(/[\r\n]/)) {
    const [name, value] = fieldOf(line)
    if (name === 'user-agent') {
      const agent = agentOf(value)
      group = isNaming ? withAgent(group, agent) : [agent]
      isNaming = true
      if (agent !== undefined && !delays.has(agent)) delays.set(agent, 0)
    } else if (OF_A_GROUP.has(name)) {
      isNaming = false
      const delay = name === 'crawl-delay' ? delayOf(value) : 0
      for (const agent of group) if (agent !== undefined) delays.set(agent, Math.max(delay, delays.get(agent) ?? 0))
    }
  }
  return delays.get('ours') ?? delays.get('anybody') ?? 0
}

/** The names of a group are a handful of kinds, however many lines name them. */
function withAgent(group: readonly (Agent | undefined)[], agent: Agent | undefined): readonly (Agent | undefined)[] {
  return group.includes(agent) ? group : [...group, agent]
}

function fieldOf(line: string): readonly [name: string, value: string] {
  const hash = line.indexOf('#')
  const said = hash < 0 ? line : line.slice(0, hash)
  const colon = said.indexOf(':')
  return colon < 0 ? ['', ''] : [said.slice(0, colon).trim().toLowerCase(), said.slice(colon + 1).trim()]
}

/** Names are compared without case (RFC 9309 2.2.1). */
function agentOf(value: string): Agent | undefined {
  if (value === '*') return 'anybody'
  return PRODUCT.exec(value.toLowerCase())?.[0] === OURSELVES ? 'ours' : undefined
}

function delayOf(value: string): number {
  return SECONDS.test(value) ? Math.min(Number(value) * 1_000, LONGEST_CRAWL_DELAY) : 0
}
