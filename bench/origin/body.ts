/** Of what a large body is made, again and again. Its length shares no factor with a chunk's, so that a piece in the wrong place is seen. */
const BLOCK = 1024 * 1024 + 7

export function blockOf(): Buffer {
  const block = Buffer.allocUnsafe(BLOCK)
  let state = 1
  for (let at = 0; at < BLOCK; at++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    block[at] = state >>> 16
  }
  return block
}

/** What stands at a path: `/json/<size>/<name>`, `/bytes/<size>/<name>`. Another name gives other bytes. */
export function bodyAt(path: string): Buffer {
  const { kind, size, name } = partsOf(path)
  return kind === 'json' ? Buffer.from(jsonOf(name, size)) : bytesOf(name, size)
}

export function partsOf(path: string): { kind: string; size: number; name: string } {
  const [, kind = '', size = '', name = ''] = path.split(/[/?]/)
  return { kind, size: Number(size), name }
}

/** Records as an interface answers them, filled up to the size. */
export function jsonOf(name: string, size: number): string {
  const records: object[] = []
  const text = (filling: string): string => JSON.stringify({ name, records, filling })
  const most = Math.min(size, 4096)
  for (let id = 0; text('').length + 90 < most; id++)
    records.push({ id, title: `record ${id}`, price: id * 1.25, tags: ['red', 'blue'], stock: { here: id % 7, there: null } })
  return text('x'.repeat(size - text('').length))
}

function bytesOf(name: string, size: number): Buffer {
  const body = Buffer.allocUnsafe(size)
  let seed = 7
  for (const letter of name) seed = (Math.imul(seed, 31) + letter.charCodeAt(0)) & 0xff
  for (let at = 0; at < size; at++) body[at] = (seed + at * 13 + (at >> 8)) & 0xff
  return body
}
