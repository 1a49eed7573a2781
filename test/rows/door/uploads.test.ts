import { expect, test } from 'vitest'
import { echo } from '../../helpers/origin/index.ts'
import { bench } from './kit.ts'

// A body that comes from somewhere is sent on as it comes, and let go of when its caller leaves.

test.each(['POST', 'QUERY'])(
  '%s of a Request whose stream never ends: an abort ends the call, and the stream',
  async (method) => {
    await using b = await bench({ '/r': echo() })
    const left = new AbortController()
    const cancelled = Promise.withResolvers<unknown>()
    const body = new ReadableStream({ pull: () => left.abort('enough'), cancel: cancelled.resolve }, { highWaterMark: 0 })
    const request = new Request(b.origin.url('/r'), { method, body, duplex: 'half', signal: left.signal } as RequestInit)
    await expect(b.fetch(request)).rejects.toBe('enough')
    expect(await cancelled.promise).toBe('enough')
    expect(b.origin.hits()).toBe(0)
  },
)
