import { beforeAll, describe, expect, test } from 'vitest'
import { COUNT, type Healthy, healthy, numbers, placed, survives } from './damaged-file.ts'

let good: Healthy

beforeAll(async () => {
  good = await healthy()
})

describe('sqlite: a damaged log', () => {
  test('undamaged, all is there', async () => {
    expect((await survives(placed(good.database, good.log))).right).toBe(COUNT)
  })

  test('cut at each seventh frame, and within one', async () => {
    const frame = 24 + 4096
    let most = 0
    for (let length = 32; length < good.log.length; length += 7 * frame) {
      for (const cut of [length, length + 500])
        most = Math.max(most, (await survives(placed(good.database, good.log.subarray(0, cut)))).right)
    }
    expect(most, 'what was committed before the cut is there').toBeGreaterThan(COUNT / 2)
  })

  test('removed: what it held is missing', async () => {
    const { right, misses, failures } = await survives(placed(good.database))
    expect(right).toBeLessThan(COUNT)
    expect(right + misses + failures.length).toBe(COUNT)
  })

  test('of another database, by its salt: not read', async () => {
    const stranger = Buffer.from(good.log).fill(1, 16, 24)
    expect((await survives(placed(good.database, stranger))).right).toBeLessThan(COUNT)
  })

  test('30 flips of one bit', async () => {
    const random = numbers(3)
    let most = 0
    for (let flip = 0; flip < 30; flip++) {
      const log = Buffer.from(good.log)
      const place = random.next().value % log.length
      log.fill((log[place] ?? 0) ^ 0x10, place, place + 1)
      most = Math.max(most, (await survives(placed(good.database, log))).right)
    }
    expect(most).toBeGreaterThan(0)
  })
})
