import type { HeaderList } from '../model/headers.ts'
import type { ResponseHead } from '../model/rooms.ts'
import type { Settings } from '../model/settings.ts'
import { isCoded } from './content-coding.ts'
import { storedHeaders } from './stored-headers.ts'

/** What is kept of an answer's headers: its body stands decoded, so a coding and the coded length go. */
export function keptHeaders({ headers }: ResponseHead, settings: Settings): HeaderList {
  return storedHeaders(headers, settings, isCoded(headers) ? 'decoded' : 'as received')
}
