import { basename, dirname, join, resolve, sep } from 'node:path'
import { isConfined } from './model/confined.ts'
import { defaultName, givenName } from './policy/file-name.ts'

export { type FileNameOptions, fileNameOf } from './policy/file-name.ts'

/** Where a body goes: to a file of that path, into an existing folder under the name that the response gives, or into a stream. */
export type SaveTarget = { file: string } | { dir: string } | { stream: NodeJS.WritableStream | WritableStream }

type FileSystem = typeof import('node:fs/promises')
type Body = NonNullable<Response['body']>

/**
 * Saves the body of a response, whatever its status, piece by piece: it is never in memory as a whole.
 *
 * `file`, `dir`: written beside the target, synced, then renamed over it, so that a failure at any point leaves the old file as it was
 * and nothing beside it (a killed process leaves a `.holdfast-….part`). An existing file is replaced; a symbolic link is replaced, not
 * followed. The new file has the permissions of any new file (0666 without the umask), whatever the old one had. For `dir` the name is
 * that of {@link fileNameOf}. A response without a body makes an empty file.
 *
 * `stream`: Node's or the web's, waited for piece by piece. It stays open, also after a failure: only what was opened here is closed.
 *
 * @returns the path written: `file` as it was given, or `dir` joined with the name; undefined for a stream.
 * @throws TypeError where none or several of file, dir, stream are given, or the body has been read already; an Error with the system's
 *   `code` where the folder is missing or the target is no file (both before the body is touched, so that it can be saved elsewhere);
 *   what broke the body, or the write, as it came.
 */
export async function saveTo(response: Response, to: SaveTarget): Promise<string | undefined> {
  const target = checkedTarget(to)
  unreadBody(response)
  if ('stream' in target) {
    await pourInto(target.stream, response)
    return undefined
  }
  const path = 'file' in target ? target.file : join(target.dir, givenName(response) ?? defaultName(response))
  const fs = await import('node:fs/promises')
  // Resolved once: the working folder may change while the body arrives.
  const absolute = resolve(path)
  await checkFolder(fs, 'file' in target ? dirname(absolute) : resolve(target.dir))
  await checkFile(fs, { path, absolute })
  await replaceFile(fs, absolute, response)
  return path
}

function checkedTarget(to: unknown): SaveTarget {
  const isObject = typeof to === 'object' && to !== null
  const given = isObject ? Object.entries(to).filter(([, value]) => value !== undefined) : []
  const [[name, value] = [undefined, undefined]] = given
  if (given.length !== 1 || (name !== 'file' && name !== 'dir' && name !== 'stream')) {
    const got = isObject ? given.map(([key]) => key).join(', ') || 'none of them' : typeof to
    throw new TypeError(`saveTo: give exactly one of { file }, { dir }, { stream }; got ${got}`)
  }
  if (name === 'stream') return { stream: checkedStream(value) }
  if (typeof value !== 'string' || value === '') throw new TypeError(`saveTo: ${name} takes a path as a string that is not empty`)
  return name === 'file' ? { file: value } : { dir: value }
}

function checkedStream(stream: unknown): NodeJS.WritableStream | WritableStream {
  if (stream instanceof WritableStream) {
    if (stream.locked) throw new TypeError('saveTo: the stream is locked; release its writer first')
    return stream
  }
  const node = stream as Partial<NodeJS.WritableStream> | null
  if (typeof node?.write !== 'function' || typeof node.on !== 'function') {
    throw new TypeError('saveTo: stream takes a writable stream of Node or of the web; for a path use { file } or { dir }')
  }
  if (node.writable === false) throw new TypeError('saveTo: the stream takes no more; it has ended or was destroyed')
  return node as NodeJS.WritableStream
}

/**
 * Asked again when the reading begins, with no wait between: somebody may have read the body while the folder was looked at, and what
 * is left would make an empty file.
 */
function unreadBody(response: Response): Body | null {
  if (typeof response?.arrayBuffer !== 'function') throw new TypeError('saveTo takes a Response; await the promise of one first')
  if (response.bodyUsed || response.body?.locked === true) {
    throw new TypeError('saveTo: the body of this response is being read or has been; save it first, or a clone() made before')
  }
  return response.body
}

async function checkFolder(fs: FileSystem, folder: string): Promise<void> {
  const found = await unlessMissing(fs.stat(folder))
  if (found === undefined) throw refusal('ENOENT', `the folder ${folder} does not exist; create it first`)
  if (!found.isDirectory()) throw refusal('ENOTDIR', `${folder} is not a folder`)
}

/** What a rename would do to a folder, a device or a pipe is nothing that a caller means; that of a link is meant. */
async function checkFile(fs: FileSystem, { path, absolute }: { path: string; absolute: string }): Promise<void> {
  const found = await unlessMissing(fs.lstat(absolute))
  // `resolve` has dropped the separator that says that a folder was meant.
  const meansFolder = path.endsWith('/') || path.endsWith(sep) || basename(path) !== basename(absolute)
  if (found?.isDirectory() || meansFolder) {
    throw refusal('EISDIR', `${path} is a folder; use { dir } to save into it`)
  }
  // A link to a terminal or a pipe, as /dev/stdout, is looked through: replacing it would break the machine for everyone. One that
  // cannot be followed leads to nothing of that kind.
  const reached = found?.isSymbolicLink() ? await fs.stat(absolute).catch(() => undefined) : found
  if (reached !== undefined && !reached.isFile() && !reached.isDirectory()) {
    throw refusal('EINVAL', `${path} is a device, a pipe or a socket; open it and use { stream }`)
  }
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function refusal(code: string, message: string): Error {
  return Object.assign(new Error(`saveTo: ${message}`), { code })
}

async function replaceFile(fs: FileSystem, path: string, response: Response): Promise<void> {
  const beside = join(dirname(path), `.holdfast-${crypto.randomUUID()}.part`)
  const { O_CREAT, O_EXCL, O_WRONLY, O_DSYNC } = fs.constants
  // Neither follows a link nor takes over a file that somebody has put there.
  const file = await fs.open(beside, O_CREAT | O_EXCL | O_WRONLY | (isConfined() ? O_DSYNC : 0), 0o666)
  try {
    try {
      await pour(unreadBody(response), (piece) => file.writeFile(piece))
      if (!isConfined()) await file.sync()
    } finally {
      await file.close()
    }
    await fs.rename(beside, path)
  } catch (error) {
    await fs.rm(beside, { force: true }).catch((left: unknown) => {
      throw new SuppressedError(left, error, `saveTo: ${beside} could not be removed`)
    })
    throw error
  }
}

/** One piece at a time; the source is asked for the next when the last is down. A write that fails cancels the body. */
async function pour(body: Body | null, write: (piece: Uint8Array) => Promise<void>): Promise<void> {
  if (body === null) return
  for await (const piece of body as AsyncIterable<unknown>) {
    if (!ArrayBuffer.isView(piece)) throw new TypeError(`saveTo: the body holds a ${typeof piece} instead of bytes`)
    if (piece.byteLength > 0) await write(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength))
  }
}

async function pourInto(stream: NodeJS.WritableStream | WritableStream, response: Response): Promise<void> {
  if (!(stream instanceof WritableStream)) return pourIntoNode(stream, response)
  await unreadBody(response)?.pipeTo(stream, { preventClose: true, preventAbort: true })
}

async function pourIntoNode(stream: NodeJS.WritableStream, response: Response): Promise<void> {
  const { finished } = await import('node:stream')
  let broken: Error | undefined
  let refuse: ((error: Error) => void) | undefined
  const giveUp = (error: Error): void => {
    broken ??= error
    refuse?.(broken)
  }
  // A write to a connection that its peer has left may never be answered (node:http), so the end of the stream counts as an answer.
  const stopWatching = finished(stream, { readable: false }, (error) => {
    giveUp(error ?? new Error('saveTo: the stream ended before the body did'))
  })
  const write = (piece: Uint8Array): Promise<void> =>
    new Promise((written, failed) => {
      refuse = failed
      if (broken !== undefined) failed(broken)
      else stream.write(piece, (error) => (error ? giveUp(error) : written()))
    })
  try {
    await pour(unreadBody(response), write)
  } finally {
    // A stream that failed has its 'error' event still before it, which would end the program if nobody listened.
    if (broken === undefined) stopWatching()
  }
}
