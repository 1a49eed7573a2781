import net from 'node:net'
import { expect, test } from 'vitest'
import { startConnectHole } from './connect-hole.ts'

test('a connection to the hole neither opens nor fails', async ({ skip }) => {
  await using hole = await startConnectHole()
  if (!hole) return skip('this system does not let a backlog run full')
  const socket = net.connect(hole.port, '127.0.0.1')
  const events: string[] = []
  for (const name of ['connect', 'error', 'close']) socket.on(name, () => events.push(name))
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(events).toEqual([])
  expect(socket.connecting).toBe(true)
  socket.destroy()
})
