import type { Source, Violation } from './source.ts'

/** Words that say nothing of what is inside. */
const EMPTY_WORDS = /^(utils?|helpers?|managers?|commons?|misc)$/i

/** The one folder whose name the issue gave. */
const GIVEN = /^test\/helpers\//

export function emptyNames(sources: readonly Source[]): Violation[] {
  return sources.flatMap(({ path }) => {
    const word = path
      .replace(GIVEN, 'test/')
      .split(/[/.-]/)
      .find((part) => EMPTY_WORDS.test(part))
    return word ? [{ at: path, says: `is named ${word}: find the word for what it does` }] : []
  })
}
