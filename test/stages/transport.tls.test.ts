import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../src/model/clock.ts'
import type { Transport } from '../../src/model/transport.ts'
import { fetchTransport } from '../../src/stages/transport/fetch.ts'
import { wireTransport } from '../../src/stages/transport/wire.ts'
import { selfSigned } from '../helpers/certificate.ts'
import { type Origin, ok, startOrigin } from '../helpers/origin/index.ts'
import { failureOf, textAt } from './transport.ask.ts'

const certificate = await selfSigned()

const wires: Transport[] = []
const transports = {
  wire: (): Transport => {
    const wire = wireTransport({ clock: systemClock })
    wires.push(wire)
    return wire
  },
  fetch: (): Transport => fetchTransport(() => fetch, { clock: systemClock }),
}

let origin: Origin | undefined
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()))
  await origin?.close()
  origin = undefined
})

test.skipIf(!certificate).each(['wire', 'fetch'] as const)(
  'a certificate that nobody vouches for, by %s: TLS, for good',
  async (name) => {
    origin = await startOrigin(certificate && { tls: certificate })
    origin.script('/a', ok('a'))
    expect(await failureOf(textAt(transports[name](), origin.url('/a')))).toBe('TLS for good')
    expect(origin.hits()).toBe(0)
  },
)

test.each(['wire', 'fetch'] as const)(
  'no TLS where it is expected, by %s: TLS, for good, and nothing in plain text',
  async (name) => {
    origin = await startOrigin()
    expect(await failureOf(textAt(transports[name](), origin.url('/a').replace('http:', 'https:')))).toBe('TLS for good')
    expect(origin.hits()).toBe(0)
  },
)

test.skipIf(!certificate).each(['wire', 'fetch'] as const)(
  'a server of HTTP/2 alone is told in the greeting that it is not the one, by %s: TLS, for good',
  async (name) => {
    origin = await startOrigin(certificate && { tls: Object.assign({ ALPNProtocols: ['h2'] }, certificate) })
    const asked = textAt(transports[name](), origin.url('/a'))
    await expect(asked).rejects.toMatchObject({
      code: 'TLS',
      transient: false,
      message: expect.stringMatching(/application.protocol/i),
    })
  },
)
