import { ADMISSIONS } from './admission.ts'
import { AHEAD } from './ahead.ts'
import { DOWNLOADS } from './download.ts'
import { ELSEWHERE } from './elsewhere.ts'
import { FOES } from './foes.ts'
import type { Mutant } from './mutant.ts'
import { PLATFORMS } from './platforms.ts'
import { RULES } from './policy.ts'
import { ROOMS } from './rooms.ts'
import { SAMPLED } from './sampled.ts'
import { UPKEEP } from './upkeep.ts'
import { WORDS } from './versions.ts'

export type { Mutant } from './mutant.ts'

export const MUTANTS: readonly Mutant[] = [
  ...RULES,
  ...DOWNLOADS,
  ...ROOMS,
  ...ADMISSIONS,
  ...WORDS,
  ...UPKEEP,
  ...AHEAD,
  ...SAMPLED,
  ...PLATFORMS,
  ...FOES,
  ...ELSEWHERE,
]
