import { execFile } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { fileNameOf, type SaveTarget, saveTo } from '../src/save-to.ts'
import { plugNPlay } from './helpers/plug-n-play.ts'
import { bodyOf, cutOff, OLD, scratch } from './save-to.kit.ts'

const here = scratch()
const run = promisify(execFile)

describe('to a folder', () => {
  test.each<[disposition: string | undefined, name: string]>([
    ['attachment; filename=rates.csv', 'rates.csv'],
    ["attachment; filename*=UTF-8''na%C3%AFve.txt", 'naïve.txt'],
    ['attachment; filename="../../../x"', 'x'],
    ['attachment; filename="CON"', '_CON'],
    [undefined, 'download.csv'],
  ])('%s → %s', async (disposition, name) => {
    const headers = { 'content-type': 'text/csv', ...(disposition === undefined ? {} : { 'content-disposition': disposition }) }
    const response = new Response('new', { headers })
    expect(await saveTo(response, { dir: here.folder })).toBe(join(here.folder, name))
    expect(fileNameOf(response)).toBe(name)
    expect([await here.names(), await here.text(name)]).toEqual([[name], 'new'])
  })

  test('an existing file of that name is replaced; by a broken body it is not', async () => {
    const headers = { 'content-disposition': 'attachment; filename=data.csv' }
    await writeFile(here.file, OLD)
    await expect(saveTo(new Response(bodyOf('half', cutOff), { headers }), { dir: here.folder })).rejects.toThrow('cut off')
    expect([await here.names(), await here.text()]).toEqual([['data.csv'], OLD])
    expect(await saveTo(new Response('new', { headers }), { dir: here.folder })).toBe(here.file)
    expect([await here.names(), await here.text()]).toEqual([['data.csv'], 'new'])
  })

  test('the longest name that a response can give fits', async () => {
    const headers = { 'content-disposition': `attachment; filename=${'a'.repeat(2_000)}.csv` }
    const path = await saveTo(new Response('new', { headers }), { dir: here.folder })
    expect(await here.names()).toEqual([`${'a'.repeat(251)}.csv`])
    expect(path).toBe(join(here.folder, `${'a'.repeat(251)}.csv`))
  })

  test('a link to a folder is a folder', async () => {
    await mkdir(join(here.folder, 'real'))
    await symlink('real', join(here.folder, 'link'))
    expect(await saveTo(new Response('new'), { dir: join(here.folder, 'link') })).toBe(join(here.folder, 'link', 'download.txt'))
    expect(await here.text('real/download.txt')).toBe('new')
  })
})

describe('a place that cannot be', () => {
  test.each<[what: string, to: (folder: string) => SaveTarget, code: string, says: RegExp]>([
    ['a folder as file', (folder) => ({ file: join(folder, 'sub') }), 'EISDIR', /sub is a folder; use \{ dir \}/],
    ['a path that ends as a folder does', (folder) => ({ file: `${folder}/new/` }), 'EISDIR', /new\/ is a folder; use \{ dir \}/],
    ['a path that ends in a dot', (folder) => ({ file: `${folder}/new/.` }), 'EISDIR', /is a folder; use \{ dir \}/],
    ['a file in a missing folder', (folder) => ({ file: join(folder, 'gone', 'a') }), 'ENOENT', /gone does not exist; create it/],
    ['a missing folder', (folder) => ({ dir: join(folder, 'gone') }), 'ENOENT', /gone does not exist; create it first/],
    ['a file as folder', (folder) => ({ dir: join(folder, 'data.csv') }), 'ENOTDIR', /data\.csv is not a folder/],
    ['a file in a file', (folder) => ({ file: join(folder, 'data.csv', 'a') }), 'ENOTDIR', /data\.csv is not a folder/],
    [
      'a folder of the name that the response gives',
      (folder) => ({ dir: join(folder, 'sub') }),
      'EISDIR',
      /download\.txt is a folder/,
    ],
    ['a pipe', (folder) => ({ file: join(folder, 'pipe') }), 'EINVAL', /pipe is a device, a pipe or a socket; .* \{ stream \}/],
    ['a link to a device', (folder) => ({ file: join(folder, 'null') }), 'EINVAL', /null is a device/],
  ])('%s', async (_what, to, code, says) => {
    await writeFile(here.file, OLD)
    await mkdir(join(here.folder, 'sub', 'download.txt'), { recursive: true })
    await run('mkfifo', [join(here.folder, 'pipe')])
    await symlink('/dev/null', join(here.folder, 'null'))
    const before = await here.names()
    const response = new Response('new')
    const failure = { code, message: expect.stringMatching(says) }
    await expect(saveTo(response, to(here.folder))).rejects.toMatchObject(failure)
    expect(await here.names()).toEqual(before)
    expect(await saveTo(response, { file: here.file })).toBe(here.file)
    expect(await here.text()).toBe('new')
  })
})

describe('a wrong call is a TypeError that names the cure', () => {
  const CURE = 'saveTo: give exactly one of { file }, { dir }, { stream }; got '

  test.each<[to: unknown, message: string]>([
    [{ file: 'a', dir: 'b' }, `${CURE}file, dir`],
    [{ file: 'a', stream: process.stdout }, `${CURE}file, stream`],
    [{ file: 'a', overwrite: true }, `${CURE}file, overwrite`],
    [{}, `${CURE}none of them`],
    [{ file: undefined }, `${CURE}none of them`],
    [{ path: 'a' }, `${CURE}path`],
    ['a', `${CURE}string`],
    [undefined, `${CURE}undefined`],
    [null, `${CURE}object`],
    [{ file: '' }, 'saveTo: file takes a path as a string that is not empty'],
    [{ dir: 7 }, 'saveTo: dir takes a path as a string that is not empty'],
    [{ file: new URL('file:///a') }, 'saveTo: file takes a path as a string that is not empty'],
    [{ stream: './a' }, 'saveTo: stream takes a writable stream of Node or of the web; for a path use { file } or { dir }'],
    [{ stream: null }, 'saveTo: stream takes a writable stream of Node or of the web; for a path use { file } or { dir }'],
  ])('%o', async (to, message) => {
    const response = new Response('new')
    await expect(saveTo(response, to as SaveTarget)).rejects.toThrow(new TypeError(message))
    expect(await response.text()).toBe('new')
  })

  test('undefined beside the one that counts is nothing', async () => {
    const to = { file: here.file, dir: undefined } as unknown as SaveTarget
    expect(await saveTo(new Response('new'), to)).toBe(here.file)
  })

  test('a promise of a response', async () => {
    const promise = Promise.resolve(new Response('new')) as unknown as Response
    await expect(saveTo(promise, { dir: here.folder })).rejects.toThrow(/takes a Response; await the promise/)
  })

  test.each<[string, (response: Response) => unknown]>([
    ['read', (response) => response.text()],
    ['being read', (response) => response.body?.getReader()],
    ['cancelled', (response) => response.body?.cancel()],
    ['saved', (response) => saveTo(response, { dir: here.folder })],
  ])('a body that has been %s', async (_how, use) => {
    const response = new Response('new')
    await use(response)
    const before = await here.names()
    const cure = new TypeError(
      'saveTo: the body of this response is being read or has been; save it first, or a clone() made before',
    )
    for (const to of [{ file: here.file }, { dir: here.folder }, { stream: process.stdout }, { stream: new WritableStream() }]) {
      await expect(saveTo(response, to)).rejects.toThrow(cure)
    }
    expect(await here.names()).toEqual(before)
  })

  test('a body that somebody reads while the folder is looked at', async () => {
    await writeFile(here.file, OLD)
    const response = new Response('new')
    const saving = saveTo(response, { file: here.file })
    expect(await response.text()).toBe('new')
    await expect(saving).rejects.toThrow(/is being read or has been/)
    expect([await here.names(), await here.text()]).toEqual([['data.csv'], OLD])
  })

  test('a body that holds something else than bytes', async () => {
    await writeFile(here.file, OLD)
    const body = new ReadableStream({ start: (controller) => controller.enqueue('text') })
    await expect(saveTo(new Response(body), { file: here.file })).rejects.toThrow(/holds a string instead of bytes/)
    expect([await here.names(), await here.text()]).toEqual([['data.csv'], OLD])
  })
})

test("Node's permission model, under which no open file is brought to the disk, is no reason not to save", async () => {
  const program = `
    const { saveTo } = await import(${JSON.stringify(new URL('../src/save-to.ts', import.meta.url).href)})
    console.log(await saveTo(new Response('new'), { file: ${JSON.stringify(here.file)} }))`
  const permissions = ['--permission', '--allow-fs-read=*', `--allow-fs-write=${here.folder}`]
  const { stdout } = await run(process.execPath, [...permissions, '--input-type=module', '-e', program])
  expect([stdout, await here.text(), await here.names()]).toEqual([`${here.file}\n`, 'new', ['data.csv']])
})

test("nor is Yarn's Plug'n'Play, whose files have no sync()", async () => {
  using _ = await plugNPlay()
  expect(await saveTo(new Response('new'), { file: here.file })).toBe(here.file)
  expect([await here.text(), await here.names()]).toEqual(['new', ['data.csv']])
})

test('importing touches no file system: it is asked for at the first saving', async () => {
  const program = `
    import { registerHooks } from 'node:module'
    const asked = []
    registerHooks({ resolve(specifier, context, next) { asked.push(specifier); return next(specifier, context) } })
    const { saveTo } = await import(${JSON.stringify(new URL('../src/save-to.ts', import.meta.url).href)})
    const imported = asked.filter((name) => name.startsWith('node:')).join()
    await saveTo(new Response('new'), { file: ${JSON.stringify(here.file)} })
    console.log(imported, asked.at(-1))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program])
  expect(stdout).toBe('node:path node:fs/promises\n')
})
