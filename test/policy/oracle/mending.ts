import type { Answered, Asked, Case, DateName, Directive, Message, Moment } from './case.ts'

export function directive({ directives }: Message, name: string): Directive | undefined {
  return directives.find((each) => each.name === name)
}

/** The fields that a no-cache names; 'all' where it names none that can be understood. */
export function namedBy({ value = '' }: Directive): 'all' | readonly string[] {
  return /^[\w-]+(?: *, *[\w-]+)*$/.test(value) ? value.split(',').map((name) => name.trim()) : 'all'
}

export function withoutDirectives<M extends Message>(message: M, ...names: readonly string[]): M {
  return { ...message, directives: message.directives.filter(({ name }) => !names.includes(name)) }
}

export function withDirective<M extends Message>(message: M, added: Directive): M {
  return { ...message, directives: [...withoutDirectives(message, added.name).directives, added] }
}

export function withoutFields<M extends Message>(message: M, ...names: readonly string[]): M {
  const fields = Object.fromEntries(Object.entries(message.fields).filter(([name]) => !names.includes(name)))
  return { ...message, fields }
}

export function withFields<M extends Message>(message: M, fields: Readonly<Record<string, string>>): M {
  return { ...message, fields: { ...message.fields, ...fields } }
}

export function withDate<M extends Message>(message: M, name: DateName, moment: Moment | undefined): M {
  const { [name]: _old, ...others } = message.dates
  return { ...message, dates: moment === undefined ? others : { ...others, [name]: moment } }
}

/** The same change to each message of a case. */
export function everywhere(given: Case, change: <M extends Message>(message: M) => M): Case {
  const { first, answer, second, reply } = given
  return { ...given, first: change(first), answer: change(answer), second: change(second), reply: change(reply) }
}

/** Each directive changed, or left out where undefined is given. */
export function eachDirective(given: Case, change: (directive: Directive) => Directive | undefined): Case {
  return everywhere(given, (message) => ({ ...message, directives: message.directives.flatMap((each) => change(each) ?? []) }))
}

export const ofAnswer = (given: Case, change: (answer: Answered) => Answered): Case => ({
  ...given,
  answer: change(given.answer),
})
export const ofSecond = (given: Case, change: (second: Asked) => Asked): Case => ({ ...given, second: change(given.second) })
export const ofReply = (given: Case, change: (reply: Answered) => Answered): Case => ({ ...given, reply: change(given.reply) })
