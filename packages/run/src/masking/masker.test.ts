import { Secret } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { createMasker, MASK, type Masker } from './masker.ts';
import { isMaskable } from './secret-forms.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const latin1 = (of: string): Buffer => Buffer.from(of, 'latin1');

function run(masker: Masker, chunks: readonly Uint8Array[], pausing = false): string {
  const output: Uint8Array[] = [];
  for (const chunk of chunks) {
    output.push(masker.push(chunk));
    if (pausing) output.push(masker.flush());
  }
  output.push(masker.end());
  return text(Buffer.concat(output));
}

const upperHex = (of: string): string => Buffer.from(of).toString('hex').toUpperCase();
const percent = (of: string): string => upperHex(of).replace(/../g, '%$&');
const unicode = (of: string): string =>
  of.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const base64At = (of: string, skipped: number): string =>
  Buffer.concat([Buffer.alloc(skipped, 'x'), Buffer.from(of), Buffer.from('tail')])
    .toString('base64')
    .slice(0, -1);
const wrapped = (of: string, columns: number, lineBreak: string): string =>
  of.replace(new RegExp(`.{${columns}}`, 'g'), `$&${lineBreak}`);

const ENCODINGS: readonly (readonly [name: string, encode: (value: string) => string])[] = [
  ['raw', (value) => Buffer.from(value).toString('latin1')],
  ['base64', (value) => Buffer.from(value).toString('base64')],
  ['base64 without padding', (value) => Buffer.from(value).toString('base64').replace(/=+$/, '')],
  ['base64 after one byte', (value) => base64At(value, 1)],
  ['base64 after two bytes', (value) => base64At(value, 2)],
  ['base64 before others', (value) => base64At(value, 0)],
  ['base64url', (value) => Buffer.from(value).toString('base64url')],
  ['base64 in lines', (value) => wrapped(Buffer.from(value).toString('base64'), 5, '\n')],
  ['base64 in lines of a terminal', (value) => wrapped(base64At(value, 2), 7, '\r\n')],
  ['base64, percent-encoded', (value) => encodeURIComponent(base64At(value, 2))],
  ['base64 in JSON with escaped slashes', (value) => base64At(value, 1).replaceAll('/', '\\/')],
  ['hex', (value) => Buffer.from(value).toString('hex')],
  ['hex in capitals', upperHex],
  ['hex in lines', (value) => wrapped(Buffer.from(value).toString('hex'), 6, '\n')],
  ['percent, reserved only', (value) => encodeURIComponent(value)],
  ['percent, reserved only, small letters', (value) => lowerPercent(encodeURIComponent(value))],
  ['percent, full', percent],
  ['percent, full, small letters', (value) => lowerPercent(percent(value))],
  ['form', (value) => new URLSearchParams([['', value]]).toString().slice(1)],
  ['JSON', (value) => Buffer.from(JSON.stringify(value).slice(1, -1)).toString('latin1')],
  ['JSON with escaped slashes', (value) => escapedSlashes(value)],
  ['JSON in \\u', unicode],
  ['hex with colons', (value) => hexBytes(value).join(':')],
  ['hex in upper case with dashes', (value) => hexBytes(value).join('-').toUpperCase()],
  ['hex with spaces', (value) => hexBytes(value).join(' ')],
  [
    'hex in pairs',
    (value) =>
      Buffer.from(value)
        .toString('hex')
        .replace(/.{4}(?=.)/g, '$& '),
  ],
  ['hex with colons, in lines', (value) => wrapped(hexBytes(value).join(':'), 12, '\n')],
  [
    'hex as od prints it',
    (value) =>
      hexBytes(value)
        .join(' ')
        .replace(/(.{12}) /g, '$1\n '),
  ],
  ['UTF-16, little-endian', (value) => Buffer.from(value, 'utf16le').toString('latin1')],
  ['UTF-16, big-endian', (value) => Buffer.from(value, 'utf16le').swap16().toString('latin1')],
  ['percent twice', (value) => encodeURIComponent(encodeURIComponent(value))],
  [
    'percent twice, small letters',
    (value) => percentTwice(lowerPercent(encodeURIComponent(value))),
  ],
  ['JSON twice', (value) => bytesOf(inJson(inJson(value)))],
  [
    'JSON twice with escaped slashes',
    (value) =>
      bytesOf(
        inJson(value)
          .replaceAll('/', '\\/')
          .replace(/["\\/]/g, '\\$&'),
      ),
  ],
  ['JSON in ASCII, twice', (value) => inJson(ascii(inJson(value)))],
  ['JSON in a URL', (value) => encodeURIComponent(JSON.stringify(value).slice(1, -1))],
  ['JSON in ASCII, in a URL', (value) => lowerPercent(encodeURIComponent(ascii(inJson(value))))],
  [
    'base64, percent-encoded twice',
    (value) => encodeURIComponent(encodeURIComponent(base64At(value, 2))),
  ],
  ['base64 in JSON twice', (value) => base64At(value, 1).replaceAll('/', '\\\\\\/')],
  ['JSON in \\u, capitals', (value) => unicode(value).toUpperCase().replaceAll('\\U', '\\u')],
];

const lowerPercent = (of: string): string => of.replace(/%../g, (code) => code.toLowerCase());
const percentTwice = (of: string): string => of.replaceAll('%', '%25');
const ascii = (of: string): string => of.replace(/[^\0-\x7f]/g, unicode);
const bytesOf = (of: string): string => Buffer.from(of).toString('latin1');
const hexBytes = (of: string): readonly string[] =>
  [...Buffer.from(of)].map((byte) => byte.toString(16).padStart(2, '0'));
const inJson = (of: string): string => JSON.stringify(of).slice(1, -1);
const escapedSlashes = (value: string): string =>
  Buffer.from(JSON.stringify(value).slice(1, -1)).toString('latin1').replaceAll('/', '\\/');

const VALUES = [
  ['an ordinary key', 'sk-ant-api03-Zq7_x9-Lm'],
  ['reserved characters', 'p/w+d=?&#~é"\\ %41_>>>???'],
  ['the shortest', 'hunter22'],
  ['beyond the basic plane', 'pass😀wörd–2'],
  ['text that looks escaped', '%25%2525\\u0041\\\\'],
] as const;

const CASES = VALUES.flatMap(([name, value]) =>
  ENCODINGS.map(([encoding, encode]) => ({ name: `${name}, ${encoding}`, value, encode })),
);

/** The expected output: the encoded value is masked, except for boundary digits and padding. */
const AROUND = /^before [A-Za-z0-9]{0,3}\[masked\][\w=%\r\n]{0,12} after$/;

describe('every form is masked', () => {
  test.each(CASES)('$name: at every split into two or three chunks, with pauses', (row) => {
    const { value, encode } = row;
    const masker = createMasker([Secret.of(value)]);
    const input = latin1(`before ${encode(value)} after`);
    const whole = run(masker, [input]);
    expect(whole).toMatch(AROUND);
    const wrong = new Set<string>();
    for (let first = 0; first <= input.length; first += 1) {
      const rest = input.subarray(first);
      const paused = run(masker, [input.subarray(0, first), rest], true);
      if (!isShownNoFurther(paused, whole)) wrong.add(`pause at ${first}: ${paused}`);
      for (let second = 0; second <= rest.length; second += 1) {
        const chunks = [input.subarray(0, first), rest.subarray(0, second), rest.subarray(second)];
        if (run(masker, chunks) !== whole) wrong.add(`cut at ${first} and ${first + second}`);
      }
    }
    expect([...wrong]).toEqual([]);
  });

  test.each(CASES)('$name: byte by byte, with a pause after each', ({ value, encode }) => {
    const masker = createMasker([Secret.of(value)]);
    const input = latin1(`before ${encode(value)} after`);
    const whole = run(masker, [input]);
    const bytes = [...input].map((byte) => Uint8Array.of(byte));
    expect(run(masker, bytes)).toBe(whole);
    expect(isShownNoFurther(run(masker, bytes, true), whole)).toBe(true);
  });
});

/** With pauses, up to three steps may be shown before the mask, each of at most eight bytes. */
function isShownNoFurther(paused: string, whole: string): boolean {
  const at = paused.indexOf(MASK);
  const clean = whole.indexOf(MASK);
  return at >= clean && at <= clean + 3 * 8 + 2 && paused.slice(at) === whole.slice(clean);
}

const OVERLAPS: readonly (readonly [string, readonly string[], string, string])[] = [
  ['one inside another', ['abcdefgh', 'abcdefghijkl'], '-abcdefghijkl-', '-[masked]-'],
  ['the longer one incomplete', ['abcdefgh', 'abcdefghijkl'], '-abcdefghijk-', '-[masked]ijk-'],
  ['one overlapping the next', ['abcdefgh', 'efghijkl'], '-abcdefghijkl-', '-[masked]-'],
  ['one inside an incomplete one', ['abcdefghijkl', 'cdefghij'], '-abcdefghijk-', '-ab[masked]k-'],
  ['one overlapping itself', ['abababab'], '-ababababab-', '-[masked]-'],
  ['one after another', ['abcdefgh'], 'abcdefghabcdefgh', '[masked][masked]'],
  ['the first letter twice', ['aabcdefgh'], 'aaabcdefgh', 'a[masked]'],
  ['white space around the value', ['  abcdefgh\n'], 'abcdefgh', '[masked]'],
  ['nothing to mask', [], 'abcdefgh', 'abcdefgh'],
  ['too short to mask', ['abcdefg'], 'abcdefg', 'abcdefg'],
];

describe('overlapping values', () => {
  test.each(OVERLAPS)('%s', (_name, values, input, expected) => {
    const masker = createMasker(values.map((value) => Secret.of(value)));
    for (let cut = 0; cut <= input.length; cut += 1) {
      expect(run(masker, [latin1(input.slice(0, cut)), latin1(input.slice(cut))])).toBe(expected);
    }
    const bytes = [...latin1(input)].map((byte) => Uint8Array.of(byte));
    expect(run(masker, bytes)).toBe(expected);
  });
});

describe('multi-line values', () => {
  const pem =
    '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n9w0BAQEFAASCBKcwggSj\n-----END KEY-----\n';
  const masker = createMasker([Secret.of(pem)]);

  test.each([
    ['whole', pem, '[masked]\n'],
    ['through a terminal', pem.replaceAll('\n', '\r\n'), '[masked]\r\n'],
    ['one line, indented', '  9w0BAQEFAASCBKcwggSj\n', '  [masked]\n'],
    ['only the header line of a PEM key', '-----BEGIN KEY-----\n', '-----BEGIN KEY-----\n'],
  ])('%s', (_name, input, expected) => {
    expect(run(masker, [latin1(input)])).toBe(expected);
  });

  test('matches a value that was stored with carriage returns and printed without', () => {
    const stored = createMasker([Secret.of(pem.replaceAll('\n', '\r\n'))]);
    expect(run(stored, [latin1(pem)])).toBe('[masked]\n');
  });
});

describe('a pause', () => {
  const masker = createMasker([Secret.of('sk-ant-api03-Zq7_x9-Lm')]);
  const shown = (...chunks: readonly string[]): string => {
    const output = chunks.map((chunk) => text(masker.push(latin1(chunk))) + text(masker.flush()));
    masker.end();
    return output.join('|');
  };

  test.each([
    ['the echo of a typed letter', ['s', 'o', '\n'], 's|o|\n'],
    ['a percentage', ['99%', ' done'], '99%| done'],
    ['the end of a line', ['Loading c\n', 'x'], 'Loading c\n|x'],
    ['no more than two letters of the secret', ['sk-', 'ant', '-api0'], 'sk||'],
    ['text that turns out not to be a secret', ['sk-ant', ' is a prefix'], 'sk|-ant is a prefix'],
  ])('shows %s', (_name, chunks, expected) => {
    expect(shown(...chunks)).toBe(expected);
  });

  test('shows nothing of a complete value inside a longer one', () => {
    const nested = createMasker(
      ['abcdefghijklmnopqrstuvwxyz', 'bcdefghi'].map((of) => Secret.of(of)),
    );
    expect(nested.push(latin1('abcdefghijk'))).toHaveLength(0);
    expect(text(nested.flush())).toBe('a');
    expect(text(nested.push(latin1('!')))).toBe('[masked]jk!');
  });

  test('has nothing pending after ordinary text', () => {
    masker.push(latin1('hello >'));
    expect(masker.pending).toBe(false);
    masker.push(latin1('sk-ant-a'));
    expect(masker.pending).toBe(true);
    masker.end();
    expect(masker.pending).toBe(false);
  });
});

test('masks values from eight bytes on', () => {
  expect(
    ['1234567', 'wörter7', '12345678', ' 123456 '].map((of) => isMaskable(Secret.of(of))),
  ).toEqual([false, true, true, false]);
});
