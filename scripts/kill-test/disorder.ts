import type { Store } from 'holdfast'

/** Format 1: magic, length of the JSON, checksum, JSON. Read here by hand, so that what is checked is not what checks. */
const HEAD = 12

function recordOf(bytes: Uint8Array): unknown {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(4)
  return JSON.parse(new TextDecoder().decode(bytes.subarray(HEAD, HEAD + length)))
}

interface Entry {
  readonly variants: readonly { readonly versions: readonly { readonly id: string; readonly removed?: unknown }[] }[]
}

async function valuesUnder(store: Store, prefix: string): Promise<Map<string, Uint8Array>> {
  const values = new Map<string, Uint8Array>()
  for await (const key of store.keys(prefix)) {
    const value = await store.get(key)
    if (value !== undefined) values.set(key.slice(prefix.length), value)
  }
  return values
}

/** Where versions are that some entry names: `<hash of the entry>:<id>`. */
async function namedVersions(store: Store): Promise<Set<string>> {
  const named = new Set<string>()
  for (const [hash, bytes] of await valuesUnder(store, 'h1:e:'))
    for (const { versions } of (recordOf(bytes) as Entry).variants)
      for (const { id, removed } of versions) if (removed === undefined) named.add(`${hash}:${id}`)
  return named
}

/** Every body that stands there, as a file or as chunks. */
async function standingBodies(store: Store): Promise<Set<string>> {
  const standing = new Set<string>()
  for await (const key of store.keys('h1:c:')) standing.add(key.split(':')[2] ?? '')
  if (store.bodies !== undefined) for await (const id of store.bodies.ids()) standing.add(id)
  return standing
}

/** After two sweeps an hour apart: what is named and missing, and what is there and unnamed. */
export async function disorderIn(store: Store): Promise<string[]> {
  const disorder: string[] = []
  const named = await namedVersions(store)
  const standing = await standingBodies(store)
  const bodies = new Set<string>()
  for (const [name, bytes] of await valuesUnder(store, 'h1:v:')) {
    const { bodyId } = recordOf(bytes) as { bodyId?: string }
    if (!named.delete(name)) disorder.push(`version ${name} is named by no entry`)
    if (bodyId === undefined) continue
    bodies.add(bodyId)
    if (!standing.has(bodyId)) disorder.push(`version ${name}: its body ${bodyId} is not there`)
  }
  for (const name of named) disorder.push(`version ${name} is named and is not there`)
  for (const bytes of (await valuesUnder(store, 'h1:p:')).values())
    bodies.add((JSON.parse(new TextDecoder().decode(bytes)) as { bodyId: string }).bodyId)
  for (const id of standing) if (!bodies.has(id)) disorder.push(`body ${id} is named by nothing`)
  for (const [digest, bytes] of await valuesUnder(store, 'h1:d:')) {
    const id = new TextDecoder().decode(bytes)
    if (!standing.has(id)) disorder.push(`the word of ${digest} tells of the body ${id}, which is not there`)
  }
  return disorder
}
