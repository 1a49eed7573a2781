import {
  type Answer,
  type Asked,
  askedSpan,
  describe,
  type Edition,
  good,
  part,
  type Span,
  unsatisfiable,
  whole,
} from './answer.ts'

/** What is wrong with the answer to a Range. A request without one is answered properly. */
export type RangeFault = (edition: Edition, span: Span) => Answer

export function onRange(fault: RangeFault, edition: Edition): (asked: Asked) => Answer {
  return (asked) => {
    const span = askedSpan(asked, edition)
    return span === undefined || span === 'unsatisfiable' ? good(asked, edition) : fault(edition, span)
  }
}

/** 200 and the whole. */
export const ignored: RangeFault = (edition) => whole(edition)

/** The part as it was asked for, whatever If-Range and If-Match say. */
export const asked: RangeFault = part

/** Another part, which says truthfully where it begins: so many bytes later, earlier when negative. */
export const shifted =
  (by: number): RangeFault =>
  (edition, { start, end }) =>
    part(edition, { start: Math.max(start + by, 0), end })

/** The bytes that were asked for, labelled as lying so many bytes later. */
export const mislabelled =
  (by: number): RangeFault =>
  (edition, { start, end }) => ({
    ...part(edition, { start, end }),
    headers: { ...describe(edition), 'Content-Range': `bytes ${start + by}-${end + by - 1}/${edition.body.length}` },
  })

/** Labelled as asked for, and other bytes: those so many bytes later. */
export const lying =
  (by: number): RangeFault =>
  (edition, span) => ({ ...part(edition, span), body: ring(edition.body, { start: span.start + by, end: span.end + by }) })

/** So many bytes less than asked for, truthfully labelled. */
export const short =
  (by: number): RangeFault =>
  (edition, { start, end }) =>
    part(edition, { start, end: Math.max(end - by, start + 1) })

/** So many bytes more than Content-Range says. */
export const long =
  (by: number): RangeFault =>
  (edition, { start, end }) => ({ ...part(edition, { start, end }), body: ring(edition.body, { start, end: end + by }) })

/** Content-Range claims a file that is so many bytes longer. */
export const ofAnotherTotal =
  (by: number): RangeFault =>
  (edition, { start, end }) => ({
    ...part(edition, { start, end }),
    headers: { ...describe(edition), 'Content-Range': `bytes ${start}-${end - 1}/${edition.body.length + by}` },
  })

export const withoutTotal: RangeFault = (edition, { start, end }) => ({
  ...part(edition, { start, end }),
  headers: { ...describe(edition), 'Content-Range': `bytes ${start}-${end - 1}/*` },
})

export const withoutContentRange: RangeFault = (edition, span) => ({ ...part(edition, span), headers: describe(edition) })

/** The part and its Content-Range, under status 200. */
export const underStatus200: RangeFault = (edition, span) => ({ ...part(edition, span), status: 200 })

/** 416, though the range is there. */
export const refused: RangeFault = (edition) => unsatisfiable(edition)

/** One part, wrapped in multipart/byteranges. */
export const multipart: RangeFault = (edition, { start, end }) => {
  const boundary = 'part-of-the-bench'
  const head = `--${boundary}\r\nContent-Range: bytes ${start}-${end - 1}/${edition.body.length}\r\n\r\n`
  return {
    status: 206,
    headers: { ...describe(edition), 'Content-Type': `multipart/byteranges; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), edition.body.subarray(start, end), Buffer.from(`\r\n--${boundary}--\r\n`)]),
  }
}

/** A span that may reach over either end of the file, which is then taken as a ring. */
function ring(body: Buffer, { start, end }: Span): Buffer {
  return Buffer.from(Uint8Array.from({ length: end - start }, (_, at) => body.at((start + at) % body.length) ?? 0))
}
