import { describe, expect, test } from 'vitest'
import { byRequest, gatedBody, ok, type Step } from '../../helpers/origin/index.ts'
import { bench } from '../door/kit.ts'

const headersFor = (vary: string, control: string) => ({ Vary: vary, 'Cache-Control': control })
const pages = (name: string, vary = name, control = 'max-age=60'): Step =>
  byRequest((r) => ok(`of ${r.headers[name.toLowerCase()]}`, { headers: headersFor(vary, control) }))

describe('an answer that is handed out while it arrives, and those who wait for it', () => {
  test.each([
    ['Accept-Language', 'Accept-Language', 'max-age=60'],
    ['Authorization', 'Authorization', 'max-age=60'],
    ['Cookie', 'Cookie', 'private, no-store'],
    ['Cookie', '*', 'max-age=60'],
  ])('by %s, under Vary: %s, %s: each has its own', async (name, vary, control) => {
    await using b = await bench({ '/r': pages(name, vary, control) }, { delivery: 'streaming', partition: null })
    const all = ['ann', 'bob', 'ann', 'carol'].map(async (who) => {
      const response = await b.fetch(b.origin.url('/r'), { headers: { [name]: who } })
      return response.text()
    })
    expect(await Promise.all(all)).toEqual(['of ann', 'of bob', 'of ann', 'of carol'])
  })

  test('who is alike by what it varies by follows it', async () => {
    const page = gatedBody('of ann, and more', 6, { headers: headersFor('Accept-Language', 'max-age=60') })
    await using b = await bench({ '/r': page }, { delivery: 'streaming' })
    const ask = (): Promise<Response> => b.fetch(b.origin.url('/r'), { headers: { 'Accept-Language': 'de' } })
    const both = await Promise.all([ask(), ask()])
    page.release()
    expect(await Promise.all(both.map((response) => response.text()))).toEqual(['of ann, and more', 'of ann, and more'])
    expect(b.origin.hits()).toBe(1)
  })
})
