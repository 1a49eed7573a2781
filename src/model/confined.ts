/** Under Node's permission model no open file can be brought to the disk (from Node 26 on): each write of it is, then. */
export const isConfined = (): boolean => process.permission !== undefined
