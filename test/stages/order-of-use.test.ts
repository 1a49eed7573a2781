import { expect, test } from 'vitest'
import { OrderOfUse } from '../../src/order-of-use.ts'

test('the oldest goes first, whatever was done in between', () => {
  const order = new OrderOfUse()
  expect(order.shift()).toBe(undefined)
  for (const key of ['a', 'b', 'c', 'a', 'a']) order.use(key)
  expect(order.size).toBe(3)
  order.delete('c')
  order.delete('z')
  order.use('d')
  expect([order.shift(), order.shift(), order.shift(), order.shift()]).toEqual(['b', 'a', 'd', undefined])
  order.use('e')
  order.use('f')
  order.delete('e')
  order.delete('f')
  order.use('g')
  expect([...order.keys()]).toEqual(['g'])
  order.clear()
  order.use('h')
  expect([order.size, order.shift(), order.size]).toEqual([1, 'h', 0])
})
