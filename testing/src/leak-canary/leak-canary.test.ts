import {
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { startProgram } from '../run-program.ts';
import { leakCanary, type LeakCanary } from './leak-canary.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-canary-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const escaped = (text: string, write: (code: number) => string): string =>
  Array.from(text, (char) => write(char.charCodeAt(0))).join('');
const hex2 = (code: number): string => code.toString(16).padStart(2, '0');
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

/** The form that must be reported, and a function that writes a text in it. */
const FORMS: readonly (readonly [string, (text: string) => string | Buffer])[] = [
  ['raw', (text) => text],
  ['upper case', (text) => text.toUpperCase()],
  ['hex', (text) => Buffer.from(text).toString('hex')],
  ['upper-case hex', (text) => Buffer.from(text).toString('hex').toUpperCase()],
  ['base64 at 0', (text) => Buffer.from(text).toString('base64')],
  ['base64 at 1', (text) => Buffer.from(`x${text}`).toString('base64')],
  ['base64 at 2', (text) => Buffer.from(`\xff${text}`).toString('base64')],
  ['base64 at 0', (text) => Buffer.from(text).toString('base64url')],
  ['UTF-16LE', (text) => Buffer.from(text, 'utf16le')],
  ['UTF-16BE', utf16be],
  ['URL-escaped raw', (text) => escaped(text, (code) => `%${hex2(code)}`)],
  ['URL-escaped raw', (text) => escaped(text, (code) => `%${hex2(code).toUpperCase()}`)],
  [
    'URL-escaped raw',
    (text) => `${escaped(text.slice(0, 5), (code) => `%${hex2(code)}`)}${text.slice(5)}`,
  ],
  ['JSON-escaped raw', (text) => escaped(text, (code) => `\\u00${hex2(code)}`)],
  ['JSON-escaped raw', (text) => escaped(text, (code) => `\\u00${hex2(code).toUpperCase()}`)],
  ['JSON-escaped raw', (text) => escaped(text, (code) => `\\\\u00${hex2(code)}`)],
  [
    'JSON-escaped raw',
    (text) => `${text.slice(0, 7)}\\u00${hex2(text.charCodeAt(7))}${text.slice(8)}`,
  ],
  ['HTML-escaped raw', (text) => escaped(text, (code) => `&#${code};`)],
  ['HTML-escaped raw', (text) => escaped(text, (code) => `&#x${hex2(code)};`)],
  [
    'broken into lines base64 at 0',
    (text) =>
      Buffer.from(text)
        .toString('base64')
        .replaceAll(/(.{7})/g, '$1\n'),
  ],
  ['broken into lines raw', (text) => text.replaceAll(/(.{5})/g, '$1\\n')],
  ['compressed raw', (text) => gzipSync(`{"key":"${text}"}`)],
  [
    'compressed raw',
    (text) => gzipSync(`${text}${'x'.repeat(3000)}`, { level: 0 }).subarray(0, 200),
  ],
  ['compressed raw', (text) => deflateSync(text)],
  ['compressed base64 at 0', (text) => gzipSync(Buffer.from(text).toString('base64'))],
  ['compressed compressed raw', (text) => gzipSync(gzipSync(text))],
];

const surrounded = (bytes: string | Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('before \xff\x78\x9c '),
    Buffer.from(bytes),
    Buffer.from('\x1f\x8b\x08 after'),
  ]);

/**
 * Returns half of a planted text. Its hexadecimal form must contain a letter, or both cases would
 * be the same.
 */
function plantedHalf(from: number, to: number): { canary: LeakCanary; half: string } {
  for (;;) {
    const canary = leakCanary();
    const half = canary.plant('a secret').slice(from, to);
    if (/[a-f]/.test(Buffer.from(half).toString('hex'))) return { canary, half };
  }
}

describe('finds each form', () => {
  test.each(FORMS)('%s', (form, write) => {
    const canary = leakCanary();
    const text = canary.plant('a secret');
    canary.searchBytes('a log', surrounded(write(text)));
    expect(canary.leaks).toContainEqual({ label: 'a secret', form, where: 'a log' });
    expect(() => {
      canary.expectNone();
    }).toThrow(`a secret, ${form}, in a log`);
  });

  test.each(FORMS)('of either half: %s', (form, write) => {
    for (const [from, to] of [
      [0, 12],
      [12, 24],
    ] as const) {
      const { canary, half } = plantedHalf(from, to);
      canary.searchBytes('a log', write(half));
      expect(canary.leaks.map((leak) => leak.form)).toContain(form);
    }
  });

  test('of a text with any prefix', () => {
    const canary = leakCanary();
    const key = canary.plant('a key', (mark) => `sk-ant-api03-${mark}-ü`);
    expect(key).toMatch(/^sk-ant-api03-[a-z2-7]{24}-ü$/);
    canary.searchBytes('a page', `<p>${key}</p>`);
    expect(canary.leaks).toHaveLength(1);
  });

  test('of a text that the product generated', () => {
    const canary = leakCanary();
    const made = 'sk-postern-0123456789abcdefghijkl';
    canary.watch('a made key', made);
    canary.searchBytes('a log', Buffer.from(`${made}\n`).toString('base64'));
    expect(canary.leaks.map(({ label }) => label)).toContain('a made key');
    expect(() => {
      canary.watch('a short one', 'x'.repeat(23));
    }).toThrow(/too short/);
  });

  test('without repeating the text in the report', () => {
    const canary = leakCanary();
    const text = canary.plant('a secret');
    canary.searchBytes('a log', text);
    expect(JSON.stringify(canary.leaks)).not.toContain(text.slice(0, 12));
  });
});

describe('searches', () => {
  const canary = leakCanary();
  const inFile = canary.plant('in a file');
  const inName = canary.plant('in a name');
  const inLink = canary.plant('in a link');
  const deep = join(folder, 'a', '.hidden', inName);

  test('files, names and links below a directory', () => {
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'file'), gzipSync(inFile));
    symlinkSync(`/nowhere/${inLink}`, join(folder, 'link'));
    canary.searchFiles(folder);
    expect(canary.leaks).toContainEqual({
      label: 'in a file',
      form: 'compressed raw',
      where: join(deep, 'file'),
    });
    expect(canary.leaks).toContainEqual({
      label: 'in a name',
      form: 'raw',
      where: `the name ${deep}`,
    });
    expect(canary.leaks).toContainEqual({
      label: 'in a link',
      form: 'raw',
      where: `the target of ${join(folder, 'link')}`,
    });
  });

  test('a file that is deleted but still open', () => {
    const open = leakCanary();
    const path = join(folder, 'deleted');
    writeFileSync(path, open.plant('deleted'));
    openSync(path, 'r');
    unlinkSync(path);
    open.searchProcess(process.pid);
    expect(open.leaks.map(({ label }) => label)).toEqual(['deleted']);
  });

  test('the command line and environment of a process and its children', async () => {
    const running = leakCanary();
    const argument = running.plant('an argument');
    const variable = running.plant('a variable');
    await using program = startProgram(
      '/bin/sh',
      ['-c', `"$NODE" -e 'console.log("up"); setInterval(() => 0, 1000)' ${argument} & wait`],
      { environment: { NODE: process.execPath, VARIABLE: variable } },
    );
    await program.waitFor(/up/);
    running.searchProcess(program.pid);
    await program.stop('SIGKILL');
    const found = running.leaks.map(({ label, where }) => `${label} ${where.replace(/\d+/, 'N')}`);
    expect(found).toContain('an argument /proc/N/cmdline');
    expect(found).toContain('a variable /proc/N/environ');
    expect(new Set(running.leaks.map(({ where }) => where.split('/')[2])).size).toBe(2);
  });
});

describe('the canary', () => {
  test('finds nothing in bytes without the mark', () => {
    const canary = leakCanary();
    const text = canary.plant('a secret');
    canary.searchBytes(
      'random bytes',
      Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7919) & 0xff)),
    );
    canary.searchBytes('a hint', `${text.slice(0, 4)}…${text.slice(-4)}`);
    canary.searchBytes('another mark', leakCanary().plant('another'));
    canary.expectNone();
  });

  test('plants different marks with two canaries', () => {
    expect(leakCanary().plant('a')).not.toBe(leakCanary().plant('a'));
  });

  test('fails if nothing was planted or searched', () => {
    const canary = leakCanary();
    expect(canary.expectNone).toThrow(/no text was planted/);
    canary.plant('a secret');
    expect(canary.expectNone).toThrow(/nothing was searched/);
  });
});
