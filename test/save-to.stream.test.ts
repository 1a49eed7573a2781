import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import { callbackify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { saveTo } from '../src/save-to.ts'
import { pseudoRandom, sha256 } from './helpers/digest.ts'
import { bodyOf, cutOff, endless, scratch, stepwise } from './save-to.kit.ts'

const here = scratch()

const IN_STEP = ['one', 'two', 'three'].flatMap((name) => [`asked for ${name}`, `took ${name}`, 'let go'])

describe("a stream of Node's", () => {
  test('all of the body is there, the stream stays open, no path is returned, no listener stays', async () => {
    const bytes = pseudoRandom(1_000_001)
    const stream = createWriteStream(here.file)
    expect(await saveTo(new Response(new Uint8Array(bytes)), { stream })).toBeUndefined()
    expect(stream.writable).toBe(true)
    expect(['error', 'finish', 'close', 'end'].map((event) => stream.listenerCount(event))).toEqual([0, 0, 0, 0])
    stream.end('tail')
    await finished(stream)
    expect(sha256(await readFile(here.file))).toBe(sha256(Buffer.concat([bytes, Buffer.from('tail')])))
  })

  test('the body is asked for a piece when the stream has taken the last one, not before', async () => {
    const { response, notes, take, next } = stepwise()
    const stream = new Writable({ write: (piece: Buffer, _encoding, done) => callbackify(take)(piece, done) })
    const saving = saveTo(response, { stream })
    for (let piece = 0; piece < 3; piece++) await next()
    await saving
    expect(notes).toEqual(IN_STEP)
  })

  test('a body that breaks leaves the stream open', async () => {
    const stream = new PassThrough()
    await expect(saveTo(new Response(bodyOf('half', cutOff)), { stream })).rejects.toThrow('cut off')
    expect(stream.writable).toBe(true)
    stream.end(', and an apology')
    expect(await text(stream)).toBe('half, and an apology')
  })

  test('a stream that fails is told as it failed, cancels the body, and does not end the program', async () => {
    const { response, cancelled } = endless()
    // As a file's, its 'error' event comes only when it has been closed: long after the write has failed.
    const stream = new Writable({
      write: (_piece, _encoding, done) => done(new Error('disk gone')),
      destroy: (error, done) => void setImmediate(done, error),
    })
    const closed = new Promise((resolve) => stream.once('close', resolve))
    await expect(saveTo(response, { stream })).rejects.toThrow(new Error('disk gone'))
    expect(await cancelled).toBe('cancelled')
    await closed
  })

  test.each<[string, (stream: Writable) => unknown]>([
    ['destroyed', (stream) => stream.destroy()],
    ['destroyed with an error', (stream) => stream.destroy(new Error('gone'))],
    ['ended', (stream) => stream.end()],
  ])('a stream that somebody has %s midway', async (_how, stop) => {
    const { response, cancelled } = endless()
    let pieces = 0
    const stream: Writable = new Writable({
      write(_piece, _encoding, done) {
        if (++pieces === 3) stop(stream)
        // The third piece is never answered unless the end of the stream is an answer.
        if (pieces < 3 || !stream.destroyed) done()
      },
    })
    await expect(saveTo(response, { stream })).rejects.toThrow(Error)
    expect(await cancelled).toBe('cancelled')
  })

  test('a client that has left its answer of node:http', async () => {
    const { response, cancelled } = endless()
    const { promise: saving, resolve, reject } = Promise.withResolvers<string | undefined>()
    const server = createServer((_request, answer) => void saveTo(response, { stream: answer }).then(resolve, reject))
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    try {
      const client = request({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
      client.on('error', () => undefined)
      client.on('response', (answer) => answer.once('data', () => client.destroy()))
      client.end()
      await expect(saving).rejects.toThrow(Error)
      expect(await cancelled).toBe('cancelled')
    } finally {
      server.close()
    }
  })

  test.each<[string, (stream: Writable) => unknown]>([
    ['ended', (stream) => stream.end()],
    ['destroyed', (stream) => stream.destroy()],
  ])('one that was %s before: the body is left alone', async (_how, stop) => {
    const stream = new PassThrough()
    stop(stream)
    const response = new Response('new')
    await expect(saveTo(response, { stream })).rejects.toThrow(/takes no more; it has ended or was destroyed/)
    expect(await response.text()).toBe('new')
  })

  test('of no body nothing is written', async () => {
    const stream = new PassThrough()
    expect(await saveTo(new Response(null), { stream })).toBeUndefined()
    expect(await text(stream.end())).toBe('')
  })
})

describe('a stream of the web', () => {
  test('all of the body is there, the stream is neither closed nor locked', async () => {
    const bytes = pseudoRandom(1_000_001)
    const pieces: Uint8Array[] = []
    const stream = new WritableStream<Uint8Array>({ write: (piece) => void pieces.push(piece) })
    expect(await saveTo(new Response(new Uint8Array(bytes)), { stream })).toBeUndefined()
    expect(stream.locked).toBe(false)
    await saveTo(new Response('tail'), { stream })
    await stream.close()
    expect(sha256(Buffer.concat(pieces))).toBe(sha256(Buffer.concat([bytes, Buffer.from('tail')])))
  })

  test('the body is asked for a piece when the stream has taken the last one, not before', async () => {
    const { response, notes, take, next } = stepwise()
    const saving = saveTo(response, { stream: new WritableStream({ write: take }) })
    for (let piece = 0; piece < 3; piece++) await next()
    await saving
    expect(notes).toEqual(IN_STEP)
  })

  test('a body that breaks leaves the stream open', async () => {
    const pieces: Uint8Array[] = []
    const stream = new WritableStream<Uint8Array>({ write: (piece) => void pieces.push(piece) })
    await expect(saveTo(new Response(bodyOf('half', cutOff)), { stream })).rejects.toThrow('cut off')
    await saveTo(new Response(', and an apology'), { stream })
    expect(Buffer.concat(pieces).toString()).toBe('half, and an apology')
  })

  test('a stream that fails is told as it failed, and cancels the body', async () => {
    const { response, cancelled } = endless()
    const stream = new WritableStream({ write: () => Promise.reject(new Error('disk gone')) })
    await expect(saveTo(response, { stream })).rejects.toThrow(new Error('disk gone'))
    expect(await cancelled).toBe('cancelled')
  })

  test('a locked one: the body is left alone', async () => {
    const stream = new WritableStream()
    stream.getWriter()
    const response = new Response('new')
    await expect(saveTo(response, { stream })).rejects.toThrow(
      new TypeError('saveTo: the stream is locked; release its writer first'),
    )
    expect(await response.text()).toBe('new')
  })
})
