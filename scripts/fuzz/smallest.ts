/** The shortest text found by leaving out parts, larger ones first, for which something still holds. */
export function smallest(text: string, holds: (shorter: string) => boolean): string {
  let least = text
  for (let size = least.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < least.length; ) {
      const shorter = least.slice(0, at) + least.slice(at + size)
      if (holds(shorter)) least = shorter
      else at += size
    }
  }
  return least
}
