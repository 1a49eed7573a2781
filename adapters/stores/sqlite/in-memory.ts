/** The name of a database that no file holds. */
export const IN_MEMORY = ':memory:'
