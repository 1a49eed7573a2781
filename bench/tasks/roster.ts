import type { Task } from '../measure/job.ts'

/** Each is imported only in the process that does it. */
const TASKS: Readonly<Record<string, () => Promise<Task>>> = {
  'function-hit': async () => (await import('./function-hit.ts')).functionHit,
  hit: async () => (await import('./hit.ts')).hit,
  miss: async () => (await import('./miss.ts')).miss,
  outage: async () => (await import('./outage.ts')).outage,
  stampede: async () => (await import('./stampede.ts')).stampede,
  'function-stampede': async () => (await import('./stampede.ts')).functionStampede,
  'tiered-hit': async () => (await import('./tiered-hit.ts')).tieredHit,
  large: async () => (await import('./large.ts')).large,
  cut: async () => (await import('./cut.ts')).cut,
  revalidation: async () => (await import('./revalidation.ts')).revalidation,
  growth: async () => (await import('./growth.ts')).growth,
  versions: async () => (await import('./versions.ts')).versions,
  share: async () => (await import('./share.ts')).share,
}

export async function taskOf(name: string): Promise<Task> {
  const load = TASKS[name]
  if (load === undefined) throw new Error(`no task is called ${name}`)
  return load()
}
