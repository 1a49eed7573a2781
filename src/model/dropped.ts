/**
 * What is to be done when something is let go of without a word. Of no instance: one that is let go of together with it would tell nobody. What
 * is registered must not hold what it is registered for, which would never be dropped then.
 */
export const dropped: FinalizationRegistry<() => void> = new FinalizationRegistry((end) => end())
