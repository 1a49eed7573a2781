import { expect, test } from 'vitest'
import { dispositionNames } from '../../src/policy/content-disposition.ts'

/** What a server sends that writes UTF-8 into a field without saying so: one character an octet. */
const octets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

test.each<[field: string, names: string[]]>([
  ['', []],
  ['attachment', []],
  ['attachment; filename', []],
  ['attachment; filename=data.csv', ['data.csv']],
  ['attachment; filename="data.csv"', ['data.csv']],
  ['inline; filename="data.csv"', ['data.csv']],
  ['filename="no-type.csv"', ['no-type.csv']],
  ['ATTACHMENT; FILENAME = "Data (1).CSV" ; size=7', ['Data (1).CSV']],
  ['attachment;filename=a.csv;size=3', ['a.csv']],
  ['attachment; filename=annual report.pdf ; size=3', ['annual report.pdf']],
  ['attachment; filename="semi;colon.txt"', ['semi;colon.txt']],
  ['attachment; filename="a \\"quoted\\" b.txt"', ['a "quoted" b.txt']],
  ['attachment; filename="f\\oo\\\\.txt"', ['foo\\.txt']],
  ['attachment; filename="open.txt', ['"open.txt']],
  ['attachment; filename=""', ['']],
  ['attachment; title="filename=wrong.txt"; filename=right.txt', ['right.txt']],
  ['attachment; xfilename=wrong.txt; filename=right.txt', ['right.txt']],
  ['attachment; filename=first.txt; filename=second.txt', ['first.txt']],
  ['attachment; filename="100%25.txt"', ['100%25.txt']],
  [`attachment; filename="${octets('naïve 数据.txt')}"`, ['naïve 数据.txt']],
  ['attachment; filename="na\u00efve.txt"', ['naïve.txt']],
])('%s → %o', (field, names) => {
  expect(dispositionNames(field)).toEqual(names)
})

test.each<[value: string, names: string[]]>([
  ["UTF-8''na%C3%AFve.txt", ['naïve.txt', 'plain.txt']],
  ["utf-8'fr'na%c3%afve.txt", ['naïve.txt', 'plain.txt']],
  ["iso-8859-1''na%EFve.txt", ['naïve.txt', 'plain.txt']],
  ["ISO-8859-1'en'%A3%20rates", ['£ rates', 'plain.txt']],
  ['"UTF-8\'\'%E2%82%AC.txt"', ['€.txt', 'plain.txt']],
  [`UTF-8''${octets('€.txt')}`, ['€.txt', 'plain.txt']],
  ["UTF-8''it's.txt", ["it's.txt", 'plain.txt']],
  ["UTF-8''..%2F..%2Fetc%2Fpasswd", ['../../etc/passwd', 'plain.txt']],
  ["UTF-8''na%EFve.txt", ['plain.txt']],
  ["UTF-8''na%C3%A", ['plain.txt']],
  ["UTF-8''100%.txt", ['plain.txt']],
  ["koi8-r''%D7.txt", ['plain.txt']],
  ["''na%C3%AFve.txt", ['plain.txt']],
  ['no-quotes.txt', ['plain.txt']],
])('filename*=%s comes first, or not at all: %o', (value, names) => {
  expect(dispositionNames(`attachment; filename*=${value}; filename=plain.txt`)).toEqual(names)
  expect(dispositionNames(`attachment; filename=plain.txt; filename*=${value}`)).toEqual(names)
})
