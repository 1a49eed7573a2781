import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { type Answer, type Asked, type Edition, good, page } from './answer.ts'
import { V1, V2 } from './file.ts'
import * as faults from './range-faults.ts'
import { cutThen, forATime, type Script, type Situation, served } from './situation.ts'

const { onRange } = faults

const HOUR = 3_600_000
const httpDate = (at: number): string => new Date(at).toUTCString()

const first: Edition = { body: V1, etag: '"1"' }
const second: Edition = { body: V2, etag: '"2"' }
const coded: Edition = { ...first, body: gzipSync(V1), headers: { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' } }
const plain: Edition = { ...first, headers: { Vary: 'Accept-Encoding' } }
const digested: Edition = {
  ...first,
  headers: { 'Repr-Digest': `sha-256=:${createHash('sha256').update(V1).digest('base64')}:` },
}
const flipped: Edition = { ...digested, body: Buffer.from(V1) }
flipped.body.writeUInt8(V1.readUInt8(1000) ^ 1, 1000)

/** One entity tag for both codings: wrong, and common. */
const negotiated: Script = (asked: Asked) =>
  good(asked, /\bgzip\b/.test(String(asked.headers['accept-encoding'])) ? coded : plain)

const redirecting: Script = (asked) =>
  asked.at === 'mirror' ? good(asked, first) : { ...page(302, 'Found'), headers: { Location: asked.mirror } }

/** The file stays as it is, and every answer to a Range is wrong in one way. */
function always(fault: faults.RangeFault, edition: Edition = first): Situation['script'] {
  return () => cutThen(served(first), onRange(fault, edition))
}

/** The file is another when it is asked for again. */
function changed(before: Edition, after: Edition): Situation['script'] {
  return () => cutThen(served(before), served(after))
}

/** So many times something else is answered, and then the file again. */
function interrupted(requests: number, answer: Answer): Situation['script'] {
  return () => cutThen(served(first), forATime(requests, { meanwhile: () => answer, otherwise: served(first) }))
}

function unchangedFor(ms: number): Situation['script'] {
  return (now) => {
    const edition = { body: V1, lastModified: httpDate(now - ms) }
    return cutThen(served(edition), served(edition))
  }
}

function weak(now: number): Script {
  const validators = { etag: 'W/"1"', lastModified: httpDate(now - HOUR) }
  return changed({ body: V1, ...validators }, { body: V2, ...validators })(now)
}

function shortOnce(): Script {
  return cutThen(served(first), forATime(1, { meanwhile: onRange(faults.short(50), first), otherwise: served(first) }))
}

type Row = readonly [row: string, name: string, says: string, script: Situation['script'], right?: Buffer]

/** The catalogue's rows of resuming, each variant by itself, and the one damage that only a look at a digest tells. */
const ROWS: readonly Row[] = [
  ['R01', 'same', 'is well again', changed(first, first)],
  ['R02', 'changed', 'has a new version, under a new ETag', changed(first, second), V2],
  ['R03', 'If-Range ignored', 'has a new version, and gives parts of it unconditionally', always(faults.asked, second), V2],
  ['R04', 'weak ETag', 'has a new version under the same weak ETag and Last-Modified', weak, V2],
  ['R05', 'no validators', 'has a new version, and never told a validator', changed({ body: V1 }, { body: V2 }), V2],
  ['R06', 'young date', 'has only a Last-Modified of the last minute', unchangedFor(5_000)],
  ['R06', 'old date', 'has only a Last-Modified, an hour old', unchangedFor(HOUR)],
  ['R07', 'Range ignored', 'answers a Range with 200 and the whole', always(faults.ignored)],
  ['R08', 'starts earlier', 'sends a part that starts 10 bytes earlier, and says so', always(faults.shifted(-10))],
  ['R09', 'starts later', 'sends a part that starts 10 bytes later, and says so', always(faults.shifted(10))],
  ['R09', 'mislabelled', 'sends the right part, labelled as 7 bytes later', always(faults.mislabelled(7))],
  ['R09', 'no Content-Range', 'sends 206 without Content-Range', always(faults.withoutContentRange)],
  ['R09', 'multipart', 'wraps the part in multipart/byteranges', always(faults.multipart)],
  ['R10', 'ends early', 'sends once a part that ends 50 bytes early, and says so', shortOnce],
  ['R11', 'too long', 'sends 9 bytes more than Content-Range says', always(faults.long(9))],
  ['R12', 'another total', 'claims in Content-Range that the file is 5 bytes longer', always(faults.ofAnotherTotal(5))],
  ['R13', 'no total', 'does not tell the total in Content-Range', always(faults.withoutTotal)],
  ['R14', 'part as 200', 'sends the part and its Content-Range under status 200', always(faults.underStatus200)],
  ['R15', '416', 'answers 416, though the range is there', always(faults.refused)],
  ['R16', '404', 'answers 404 once', interrupted(1, page(404, 'Not Found'))],
  ['R16', '503', 'answers 503 twice', interrupted(2, page(503, 'Service Unavailable'))],
  [
    'R16',
    'error page',
    'answers once 200 and an error page, under the ETag of the file',
    interrupted(1, page(200, 'Sorry', { ETag: '"1"' })),
  ],
  ['R17', 'redirect', 'redirects to another origin, which has the file', () => cutThen(served(first), redirecting)],
  ['R18', 'gzip', 'codes for those who accept gzip, under one ETag for both codings', () => cutThen(negotiated, negotiated)],
  ['R19', 'lie', 'sends bytes from 7 earlier under the right Content-Range and ETag', always(faults.lying(-7))],
  [
    'T12',
    'flipped bit',
    'breaks nothing, but sends once a wrong bit under the right Repr-Digest',
    () => (asked) => good(asked, asked.hit === 1 ? flipped : digested),
  ],
]

export const SITUATIONS: readonly Situation[] = ROWS.map(([row, name, says, script, right = V1]) => ({
  row,
  name,
  says,
  script,
  right,
}))
