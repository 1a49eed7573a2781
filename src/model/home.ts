import type { Held } from './rooms.ts'

/** The tier where the body of what is held stands: the record that names it may have come out of another. */
export const homeOf = ({ version, tier }: Pick<Held, 'version' | 'tier'>): string | undefined => version.home?.tier ?? tier
