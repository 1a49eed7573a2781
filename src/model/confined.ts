/**
 * Whether no open file can be brought to the disk, so that each write of it is: under Node's permission model (from Node 26 on), and in Yarn's
 * Plug'n'Play, whose files have no sync().
 */
export const isConfined = (): boolean => process.permission !== undefined || process.versions.pnp !== undefined
