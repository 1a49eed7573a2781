/** `Content-Range` of a 206, `to` included, or of a 416 (RFC 9110 14.4). */
export type ContentRange =
  | { readonly name: 'part'; readonly from: number; readonly to: number; readonly total: number | undefined }
  | { readonly name: 'unsatisfied'; readonly total: number }

/** Strict: bytes, whole numbers that can be counted with, in order. Undefined for all else. */
export function parseContentRange(value: string | undefined): ContentRange | undefined {
  const [, from, to, size] = /^bytes (?:(\d{1,16})-(\d{1,16})|\*)\/(\d{1,16}|\*)$/i.exec(value?.trim() ?? '') ?? []
  if (size === undefined) return undefined
  const total = size === '*' ? undefined : Number(size)
  if (total !== undefined && !Number.isSafeInteger(total)) return undefined
  if (from === undefined || to === undefined) return total === undefined ? undefined : { name: 'unsatisfied', total }
  const part = { name: 'part' as const, from: Number(from), to: Number(to), total }
  const inOrder = part.from <= part.to && Number.isSafeInteger(part.to) && (total === undefined || part.to < total)
  return inOrder ? part : undefined
}
