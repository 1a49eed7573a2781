import { describe, expect, test } from 'vitest'
import { safeName } from '../../src/policy/safe-name.ts'

describe('what is safe', () => {
  test.each<[string, string]>([
    ['../../x', 'x'],
    ['..\\..\\x', 'x'],
    ['/etc/passwd', 'passwd'],
    ['C:\\Users\\me\\a.txt', 'a.txt'],
    ['a..b...txt', 'a.b.txt'],
    ['a.:.b.txt', 'a.b.txt'],
    ['.bashrc', 'bashrc'],
    ['... .profile', 'profile'],
    ['report.txt. . ', 'report.txt'],
    ['a\tb\n.txt', 'a b .txt'],
    ['nul\0byte.txt', 'nulbyte.txt'],
    ['stream.txt:hidden', 'stream.txthidden'],
    ['<a>|"b"?*.txt', 'ab.txt'],
    ['-_(1) a.TXT', '-_(1) a.TXT'],
    ['bill\u202Efdp.exe', 'billfdp.exe'],
    ['zero\u200Bwidth.txt', 'zerowidth.txt'],
    ['half\ud83c.txt', 'half.txt'],
    ['e\u0301te\u0301.txt', 'été.txt'],
    ['हिन्दी.txt', 'हिन्दी.txt'],
    ['数据 ٣.csv', '数据 ٣.csv'],
    ['l\u00a0un\u3000deux.txt', 'l un deux.txt'],
    ['🎉 party.txt', 'party.txt'],
  ])('%o → %s', (written, name) => {
    expect(safeName(written)).toBe(name)
  })

  test.each(['', '.', '..', '/', 'a/', ' ', '???', '????.csv', '---', '\u3164', '\u3164.txt', '\0'])(
    'nothing is left of %o',
    (written) => {
      expect(safeName(written)).toBeUndefined()
    },
  )
})

describe('devices of Windows', () => {
  test.each<[string, string]>([
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['Com1.tar.gz', '_Com1.tar.gz'],
    ['LPT9 .txt', '_LPT9 .txt'],
    ['aux.', '_aux'],
    ['prn:', '_prn'],
    ['COM\u00b9.txt', 'COM.txt'],
    ['COM10.txt', 'COM10.txt'],
    ['console.log', 'console.log'],
    ['a.con', 'a.con'],
  ])('%s → %s', (written, name) => {
    expect(safeName(written)).toBe(name)
  })
})

describe('length, in bytes of UTF-8', () => {
  test.each<[what: string, written: string, name: string]>([
    ['255 stay', `${'a'.repeat(251)}.txt`, `${'a'.repeat(251)}.txt`],
    ['256 are one too many', `${'a'.repeat(252)}.txt`, `${'a'.repeat(251)}.txt`],
    ['both suffixes of an archive', `${'a'.repeat(10_000)}.tar.gz`, `${'a'.repeat(248)}.tar.gz`],
    ['characters are not divided', `${'数'.repeat(100)}.csv`, `${'数'.repeat(83)}.csv`],
    ['nor are surrogate pairs', `a${'𝒳'.repeat(100)}.csv`, `a${'𝒳'.repeat(62)}.csv`],
    ['no space before the suffix', `${'a'.repeat(249)}   b.txt`, `${'a'.repeat(249)}.txt`],
    ['a long suffix is no suffix', `a.${'b'.repeat(300)}`, `a.${'b'.repeat(253)}`],
    ['a device laid bare', `CON${' '.repeat(300)}x.txt`, '_CON.txt'],
    ['a device of full length', `NUL.${'a'.repeat(251)}`, `_NUL.${'a'.repeat(250)}`],
  ])('%s', (_what, written, name) => {
    expect(safeName(written)).toBe(name)
  })
})
