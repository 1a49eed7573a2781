import { type Inspection, inspect } from '../../src/index.ts'
import { type Received, received } from './received.ts'
import type { Scene } from './scenes.ts'
import { PATH, type Theatre } from './theatre.ts'

/** What one caller of a scene got. */
export interface Caller extends Received {
  readonly cacheStatus: string
  readonly inspection: Inspection | undefined
}

/** A scene after it was played. */
export interface Played {
  readonly scene: Scene
  readonly callers: readonly Caller[]
  /** Until the last caller had read its last byte. */
  readonly ms: number
  /** Requests that reached the origin since the demo began. */
  readonly requests: number
  /** What is not as it was promised, in sentences. */
  readonly wrong: readonly string[]
}

async function call({ fetch, origin }: Theatre, { allows }: Scene): Promise<Caller> {
  const response = await fetch(origin.url(PATH), allows === undefined ? {} : { signal: AbortSignal.timeout(allows) })
  const read = await received(response.body)
  return { ...read, cacheStatus: response.headers.get('cache-status') ?? '', inspection: inspect(response) }
}

export async function play(theatre: Theatre, scene: Scene): Promise<Played> {
  const before = theatre.origin.hits()
  await scene.prepare(theatre)
  const start = performance.now()
  const settled = await Promise.allSettled(Array.from({ length: scene.callers ?? 1 }, () => call(theatre, scene)))
  const ms = performance.now() - start
  // What goes on behind belongs to this scene: its requests, and what it stores.
  await theatre.fetch.idle()
  const callers = settled.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
  const rejections = settled.flatMap((end) => (end.status === 'rejected' ? [`rejected: ${String(end.reason)}`] : []))
  const requests = theatre.origin.hits()
  const wrong = [
    ...rejections,
    ...callers.flatMap((caller) => faults(scene, caller)),
    ...(requests - before === scene.promised.requests
      ? []
      : [`${requests - before} requests reached the origin, not ${scene.promised.requests}`]),
  ]
  return { scene, callers, ms, requests, wrong: [...new Set(wrong)] }
}

export function isRight({ promised }: Scene, { digest }: Caller): boolean {
  return digest === promised.edition.digest
}

function faults(scene: Scene, caller: Caller): string[] {
  const { promised } = scene
  const { inspection, digest } = caller
  const stored = inspection === undefined || inspection.outcome === 'bypass' ? undefined : inspection.version.digest
  return [
    ...(isRight(scene, caller) ? [] : [`the body is not the ${promised.edition.name} file`]),
    ...(inspection?.outcome === promised.outcome ? [] : [`the outcome is ${inspection?.outcome}, not ${promised.outcome}`]),
    ...(stored === digest ? [] : ['inspect() tells another digest than that of the bytes']),
  ]
}
