import type { Subject } from '../subject.ts'
import { CACHE_CONTROL } from './cache-control.ts'
import { CACHE_STATUS } from './cache-status.ts'
import { DATES } from './dates.ts'
import { DIGESTS } from './digests.ts'
import { LOCATION } from './location.ts'
import { NAMING } from './names.ts'
import { RANGES } from './ranges.ts'
import { SELECTING } from './selecting.ts'
import { TAGS } from './tags.ts'
import { VERDICT } from './verdict.ts'

/** Every parser of ours of what an origin or a caller sent. */
export const SUBJECTS: readonly Subject[] = [
  ...CACHE_CONTROL,
  ...DATES,
  ...TAGS,
  ...SELECTING,
  ...RANGES,
  ...NAMING,
  ...DIGESTS,
  ...CACHE_STATUS,
  ...LOCATION,
  ...VERDICT,
]
