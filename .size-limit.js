/** A tripwire, not a goal: what one import brings, compressed, without the dependencies. */
const withoutBuiltIns = (config) => ({ ...config, external: [config.external, /^node:/] })
const budget = (name, path, limit) => ({
  name,
  path,
  limit,
  ignore: ['p-queue', 'p-retry', 'croner', 'bottleneck', 'ioredis'],
  modifyRolldownConfig: withoutBuiltIns,
})

export default [
  budget('holdfast', 'dist/index.js', '145 kB'),
  budget('holdfast/memory', 'dist/memory.js', '6 kB'),
  budget('holdfast/sqlite', 'dist/sqlite.js', '20 kB'),
  budget('holdfast/folder', 'dist/folder.js', '20 kB'),
  budget('holdfast/redis', 'dist/redis.js', '8.75 kB'),
  budget('holdfast/sealed', 'dist/sealed.js', '3 kB'),
  budget('holdfast/keyv', 'dist/keyv.js', '6 kB'),
]
