import { execFile } from 'node:child_process'
import { type FileHandle, lstat, mkdir, open, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { saveTo } from '../src/save-to.ts'
import { pseudoRandom, sha256 } from './helpers/digest.ts'
import { bodyOf, cutOff, OLD, type Step, scratch } from './save-to.kit.ts'

const here = scratch()

afterEach(() => {
  vi.restoreAllMocks()
})

/** Where the methods are that every open file shares, to see when they are called. */
async function prototypeOfHandles(): Promise<FileHandle> {
  await using handle = await open(here.folder)
  return Object.getPrototypeOf(handle)
}

describe('to a file', () => {
  test('the path is returned as given, and holds the body', async () => {
    const bytes = pseudoRandom(3_000_001)
    expect(await saveTo(new Response(new Uint8Array(bytes)), { file: here.file })).toBe(here.file)
    expect(sha256(await readFile(here.file))).toBe(sha256(bytes))
    expect(await here.names()).toEqual(['data.csv'])
  })

  test('the old file is whole until the new one is, synced, and only then replaced', async () => {
    await writeFile(here.file, OLD)
    const seen: string[] = []
    const look = async (): Promise<string> => {
      for (const name of await here.names()) seen.push(`${name === 'data.csv' ? name : 'beside'}: ${await here.text(name)}`)
      return 'two'
    }
    const handles = await prototypeOfHandles()
    const { sync } = handles
    vi.spyOn(handles, 'sync').mockImplementation(async function (this: FileHandle) {
      await look()
      await sync.call(this)
      seen.push('synced')
    })
    await saveTo(new Response(bodyOf('one, ', look)), { file: here.file })
    expect(seen).toEqual([`beside: one, `, `data.csv: ${OLD}`, `beside: one, two`, `data.csv: ${OLD}`, 'synced'])
    expect(await here.text()).toBe('one, two')
    expect(await here.names()).toEqual(['data.csv'])
  })

  test('a body that breaks midway leaves the old file untouched and nothing beside it', async () => {
    await writeFile(here.file, OLD)
    const before = await stat(here.file)
    await expect(saveTo(new Response(bodyOf('new', cutOff)), { file: here.file })).rejects.toThrow(new Error('cut off'))
    expect(await here.text()).toBe(OLD)
    expect(await stat(here.file)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs })
    expect(await here.names()).toEqual(['data.csv'])
  })

  test('where there was no file, a broken body leaves none', async () => {
    await expect(saveTo(new Response(bodyOf('new', cutOff)), { file: here.file })).rejects.toThrow('cut off')
    expect(await here.names()).toEqual([])
  })

  test('a server that hangs up midway', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('half', () => response.destroy())
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    try {
      await writeFile(here.file, OLD)
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      await expect(saveTo(response, { file: here.file })).rejects.toThrow(TypeError)
      expect([await here.names(), await here.text()]).toEqual([['data.csv'], OLD])
    } finally {
      server.close()
    }
  })

  test.each([
    ['many pieces', 65_536, 1_000],
    ['one piece, of which a part is written', 1_048_576, 1],
  ])('a full disk (here: a limit on the size of a file) is told and changes nothing: %s', async (_what, size, count) => {
    await writeFile(here.file, OLD)
    const program = `
      import { saveTo } from ${JSON.stringify(new URL('../src/save-to.ts', import.meta.url).href)}
      let pieces = 0
      let end = 'open'
      const body = new ReadableStream({
        pull(controller) {
          if (pieces++ < ${count}) return controller.enqueue(new Uint8Array(${size}))
          controller.close()
          end = 'read to its end'
        },
        cancel() { end = 'cancelled' },
      })
      const saved = await saveTo(new Response(body), { file: ${JSON.stringify(here.file)} }).catch((error) => error.code)
      console.log(saved, end)`
    // 256 blocks of 512 bytes, or of 1024, as the shell has it.
    const limited = ['-c', 'ulimit -f 256; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', program]
    const { stdout } = await promisify(execFile)('sh', limited)
    expect(stdout).toBe(`EFBIG ${count > 1 ? 'cancelled' : 'read to its end'}\n`)
    expect([await here.names(), await here.text()]).toEqual([['data.csv'], OLD])
  })

  test.each<[PromiseSettledResult<string>['status'], Step[]]>([
    ['fulfilled', ['new']],
    ['rejected', ['new', cutOff]],
  ])('what was opened here is closed, the saving %s', async (status, steps) => {
    const handles = await prototypeOfHandles()
    const { writeFile: write } = handles
    const used: FileHandle[] = []
    vi.spyOn(handles, 'writeFile').mockImplementation(function (this: FileHandle, ...piece) {
      used.push(this)
      return write.apply(this, piece)
    })
    const [saving] = await Promise.allSettled([saveTo(new Response(bodyOf(...steps)), { file: here.file })])
    expect([saving.status, used.map(({ fd }) => fd)]).toEqual([status, [-1]])
  })

  test.each([null, ''])('a body of nothing (%o) makes an empty file', async (body) => {
    await writeFile(here.file, OLD)
    expect(await saveTo(new Response(body), { file: here.file })).toBe(here.file)
    expect(await here.text()).toBe('')
  })

  test('a symbolic link is replaced, not followed', async () => {
    const elsewhere = join(here.folder, 'elsewhere')
    await writeFile(elsewhere, OLD)
    await symlink(elsewhere, here.file)
    await saveTo(new Response('new'), { file: here.file })
    expect((await lstat(here.file)).isFile()).toBe(true)
    expect([await here.text(), await here.text('elsewhere')]).toEqual(['new', OLD])
  })

  test.each([['into nowhere'], ['to itself', 'data.csv'], ['to a folder', '.']])('so is one %s', async (_kind, to = 'gone') => {
    await symlink(to, here.file)
    await saveTo(new Response('new'), { file: here.file })
    expect([await here.names(), await here.text()]).toEqual([['data.csv'], 'new'])
  })

  test.each([0o022, 0o077, 0o002])('permissions are those of any new file, under umask %o', async (mask) => {
    await writeFile(here.file, OLD, { mode: 0o600 })
    const before = process.umask(mask)
    try {
      await saveTo(new Response('new'), { file: here.file })
    } finally {
      process.umask(before)
    }
    expect((await stat(here.file)).mode & 0o777).toBe(0o666 & ~mask)
  })

  test('a relative path means the working folder at the time of the call', async () => {
    await mkdir(join(here.folder, 'a'))
    const before = process.cwd()
    process.chdir(here.folder)
    try {
      const move = async (): Promise<string> => {
        process.chdir('a')
        return 'new'
      }
      expect(await saveTo(new Response(bodyOf(move)), { file: 'data.csv' })).toBe('data.csv')
    } finally {
      process.chdir(before)
    }
    expect(await here.text()).toBe('new')
  })

  test('two at once: one of the two, whole', async () => {
    const bodies = ['a'.repeat(100_000), 'b'.repeat(200_000)]
    await Promise.all(bodies.map((body) => saveTo(new Response(body), { file: here.file })))
    expect(bodies).toContain(await here.text())
    expect(await here.names()).toEqual(['data.csv'])
  })
})
