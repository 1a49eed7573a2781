import { Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { closeDelimited, ok, raw } from '../../helpers/origin/index.ts'
import { given } from './given.ts'

const { uv } = process.versions

function libuv(version: string): void {
  Object.defineProperty(process.versions, 'uv', { value: version, enumerable: true, configurable: true })
}

afterEach(() => {
  libuv(uv)
  vi.restoreAllMocks()
})

/** As libuv 1.51 does, in Node 24.0 to 24.15, where a reset comes along with the last bytes. */
function resetsPassForTheEnd(): void {
  const { destroy } = Socket.prototype
  vi.spyOn(Socket.prototype, 'destroy').mockImplementation(function (this: Socket, error?: Error & { code?: string }) {
    if (error?.code !== 'ECONNRESET') return destroy.call(this, error)
    this.push(null)
    this.read(0)
    return this
  })
  libuv('1.51.0')
}

test('half of a body without a length is not taken for whole where a reset looks like the end of the connection', async () => {
  resetsPassForTheEnd()
  await using g = await given()
  g.origin.script('/f', raw('HTTP/1.1 200 OK\r\n\r\nhalf of', 'reset'), ok('all of it'))
  expect(await (await g.fetch(g.origin.url('/f'))).text()).toBe('all of it')
})

test('and what is closed is whole there', async () => {
  resetsPassForTheEnd()
  await using g = await given()
  g.origin.script('/f', closeDelimited('all of it'))
  expect(await (await g.fetch(g.origin.url('/f'))).text()).toBe('all of it')
})
