/** Where the options of a client point to, in words and without user or password. */
export function whereOf(options: unknown): string {
  const { rootNodes, sentinelRootNodes } = fieldsOf(options)
  if (Array.isArray(rootNodes)) return `cluster of ${rootNodes.map(addressOf).join(', ')}`
  if (Array.isArray(sentinelRootNodes)) return `sentinels ${sentinelRootNodes.map(addressOf).join(', ')}`
  return addressOf(options)
}

/** Of a client, of the root node of a cluster, or of a sentinel. */
function addressOf(node: unknown): string {
  const { url, socket, host, port } = fieldsOf(node)
  if (typeof url === 'string') return addressInUrl(url)
  const place = socket === undefined ? { host, port, path: undefined } : fieldsOf(socket)
  if (typeof place.path === 'string') return place.path
  return `${typeof place.host === 'string' ? place.host : 'localhost'}:${typeof place.port === 'number' ? place.port : 6379}`
}

function addressInUrl(url: string): string {
  if (!URL.canParse(url)) return 'its URL'
  const { hostname, port, pathname } = new URL(url)
  return hostname === '' ? pathname : `${hostname}:${port || 6379}`
}

function fieldsOf(given: unknown): Record<string, unknown> {
  return typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {}
}
