import { registerHooks } from 'node:module'
import { expect, test } from 'vitest'
import { redis } from '../../../adapters/stores/redis.ts'

test('without its library it says what to install, also in the words of a bundler', async () => {
  const hooks = registerHooks({
    resolve: (name, context, next) => {
      if (!name.includes('@redis/client')) return next(name, context)
      throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
    },
  })
  const store = redis('redis://127.0.0.1:1')
  await expect(store.get('k')).rejects.toMatchObject({
    code: 'STORE',
    message: expect.stringContaining('npm install @redis/client'),
  })
  hooks.deregister()
  await store.close()
})
