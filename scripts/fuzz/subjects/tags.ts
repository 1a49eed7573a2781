import type { EntityTag } from '../../../src/model/response-facts.ts'
import { parseEntityTag, parseEntityTags, weaklyEqual } from '../../../src/policy/entity-tag.ts'
import { notModifiedFor } from '../../../src/policy/not-modified.ts'
import { factsOf } from '../../../src/policy/response-facts.ts'
import { conditionalHeaders } from '../../../src/policy/validation.ts'
import type { Chance } from '../chance.ts'
import { listed, ows } from '../spelling.ts'
import { type Subject, subject } from '../subject.ts'
import { NOW } from './dates.ts'

const PIECES: readonly string[] = [
  '"a"',
  'W/"a"',
  'w/"a"',
  'W/',
  '""',
  '"',
  'W/"',
  'a',
  '*',
  ', ',
  ',',
  ' ',
  '"a,b"',
  '"a\\"',
  '"*"',
]
const OPAQUE = "!#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~\u0080\u00a0\u00e9\u00ff"

function tag(chance: Chance): EntityTag {
  let opaque = ''
  for (let left = chance.below(6); left > 0; left--) opaque += OPAQUE[chance.below(OPAQUE.length)]
  const weak = chance.oneIn(3)
  return { text: `${weak ? 'W/' : ''}"${opaque}"`, opaque: `"${opaque}"`, weak }
}

const shownTag = (read: EntityTag | undefined): string =>
  read === undefined ? 'none' : `${read.weak ? 'weak' : 'strong'} ${read.opaque}`

/** What is sent back must be recognised, by ourselves too. */
function repeatFault(read: EntityTag): string | undefined {
  const again = parseEntityTag(read.text)
  if (again?.text !== read.text || again.opaque !== read.opaque || again.weak !== read.weak) return 'read again it is another tag'
  const listedTags = parseEntityTags(read.text)
  if (listedTags === 'any') return 'as a condition it means any answer'
  return listedTags.length === 1 && weaklyEqual(listedTags[0], read) ? undefined : 'as a condition it is not one tag'
}

const entityTag: Subject = subject<EntityTag | undefined>({
  name: 'ETag',
  pieces: PIECES,
  openers: ['"'],
  parse: parseEntityTag,
  fault(read) {
    if (read === undefined) return undefined
    if (!read.text.endsWith(read.opaque)) return 'what is compared is not of its text'
    if (!read.weak && read.text !== read.opaque) return 'a strong tag has a prefix'
    return repeatFault(read)
  },
  shown: shownTag,
  valid(chance) {
    const means = tag(chance)
    return { text: `${ows(chance)}${means.text}${ows(chance)}`, means }
  },
})

const entityTags: Subject = subject<'any' | readonly EntityTag[]>({
  name: 'If-None-Match',
  pieces: PIECES,
  openers: ['W/"'],
  parse: parseEntityTags,
  fault: (tags, text) => {
    if (tags === 'any') return text.trim() === '*' ? undefined : 'any answer is meant without a star'
    return tags.map(repeatFault).find((fault) => fault !== undefined && fault !== 'as a condition it means any answer')
  },
  shown: (tags) => (tags === 'any' ? 'any' : tags.map(shownTag).join('\n')),
  valid(chance) {
    if (chance.oneIn(8)) return { text: `${ows(chance)}*${ows(chance)}`, means: 'any' }
    const means = Array.from({ length: chance.below(4) }, () => tag(chance))
    return {
      text: listed(
        chance,
        means.map(({ text }) => text),
      ),
      means,
    }
  },
})

/** A stored answer's own tag as the caller's condition: what we send for a tag must come out as 304 for the same tag, and for no other. */
const conditions: Subject = subject<string>({
  name: 'ETag against If-None-Match',
  pieces: PIECES,
  parse(text) {
    const stored = factsOf({ status: 200, headers: [['etag', text]] }, NOW)
    const other = factsOf({ status: 200, headers: [['etag', '"another one"']] }, NOW)
    const request = { method: 'GET', url: 'https://example.org/', headers: conditionalHeaders(stored) }
    return stored.etag === undefined ? 'none' : `${notModifiedFor(request, stored)} ${notModifiedFor(request, other)}`
  },
  fault: (read) => (read === 'none' || read === '304 whole' ? undefined : `for the same and for another tag: ${read}`),
  shown: (read) => read,
  valid: (chance) => ({ text: tag(chance).text, means: '304 whole' }),
})

export const TAGS: readonly Subject[] = [entityTag, entityTags, conditions]
