import { describe, expect, test } from 'vitest'
import { manualClock } from '../../adapters/testing/index.ts'

describe('manualClock', () => {
  test('stands still, and moves both clocks by what is asked', async () => {
    const clock = manualClock(1_000)
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0])
    await clock.advance(250)
    expect([clock.now(), clock.monotonic()]).toEqual([1_250, 250])
  })

  test('fires timers in order of time, then of setting, each at its own time', async () => {
    const clock = manualClock(0)
    const fired: [string, number][] = []
    const note = (name: string) => () => void fired.push([name, clock.now()])
    clock.setTimeout(note('late'), 30)
    clock.setTimeout(note('first at 10'), 10)
    clock.setTimeout(note('second at 10'), 10)
    clock.setTimeout(note('at once'), -5)
    clock.setTimeout(note('not yet'), 31)
    await clock.advance(30)
    expect(fired).toEqual([
      ['at once', 0],
      ['first at 10', 10],
      ['second at 10', 10],
      ['late', 30],
    ])
    expect(clock.pending).toBe(1)
  })

  test('runs promise chains between timers, so that a timer set by one still fires in the same span', async () => {
    const clock = manualClock(0)
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimeout(resolve, ms))
    const steps: number[] = []
    const work = async (): Promise<void> => {
      for (let n = 0; n < 5; n++) {
        await sleep(10)
        for (let chain = 0; chain < 50; chain++) await Promise.resolve()
        steps.push(clock.now())
      }
    }
    const done = work()
    await clock.advance(49)
    expect(steps).toEqual([10, 20, 30, 40])
    await clock.advance(1)
    expect(steps).toEqual([10, 20, 30, 40, 50])
    await done
  })

  test('a cancelled timer does not fire, also when another cancels it in the same instant', async () => {
    const clock = manualClock()
    let fired = 0
    let cancelSecond = (): void => {
      throw new Error('the second timer has not been set')
    }
    clock.setTimeout(() => cancelSecond(), 5)
    const second = clock.setTimeout(() => fired++, 5)
    cancelSecond = () => second.cancel()
    await clock.advance(10)
    expect(fired).toBe(0)
    expect(clock.pending).toBe(0)
  })

  test('a jump sets the wall clock and fires nothing', async () => {
    const clock = manualClock(5_000)
    let fired = 0
    clock.setTimeout(() => fired++, 10)
    clock.jump(-1_000)
    clock.jump(500)
    await clock.advance(9)
    expect([clock.now(), clock.monotonic(), fired]).toEqual([4_509, 9, 0])
    await clock.advance(1)
    expect(fired).toBe(1)
  })
})
