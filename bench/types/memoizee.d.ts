/** The part that the bench uses; the package brings no types. */
declare module 'memoizee' {
  export default function memoizee<F>(
    fn: F,
    settings: { promise: boolean; primitive?: boolean; maxAge?: number; length?: number },
  ): F
}
