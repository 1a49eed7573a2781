/** The oldest release that has what we take for granted; also in `engines`, of which npm only warns. */
const OLDEST = 24

/**
 * Called before a house is built, not at import: whoever only imports us may never come to it.
 *
 * @throws Error below Node.js 24: what is missing there is not of one place, and would each time tell of itself in the language's words.
 */
export function assertNodeVersion(): void {
  const { node } = process.versions
  if (Number.parseInt(node, 10) < OLDEST)
    throw new Error(`holdfast runs on Node.js ${OLDEST} or later only, and this is ${node}. Run the program by a newer one.`)
}
