import { formsOfText } from '@postern/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinedForms, keyForms, type KeyForms } from './key-forms.ts';
import { KeyRedactor } from './key-redactor.ts';

const KEYS = ['sk-canary-0123456789abcdef', 'a+b/c"d\\e%f?g>h<i&j~', 'abcabcabcabc', '********'];
const formsOf = (key: string): KeyForms => keyForms(key) ?? expect.fail('too short');

function redacted(key: string, pieces: readonly Buffer[]): Buffer {
  const redactor = new KeyRedactor(formsOf(key));
  const out = pieces.map((piece) => redactor.push(piece));
  return Buffer.concat([...out, redactor.end()]);
}

function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const borders = [0, ...[...cuts].sort((one, other) => one - other), bytes.length];
  return borders.slice(1).map((end, index) => bytes.subarray(borders[index], end));
}

describe.each(KEYS.slice(0, 3))('the key %s', (key) => {
  const { forms } = formsOf(key);

  it('is looked for in every form that a leak is searched in, but UTF-16', () => {
    const looked = forms.map(String);
    const missing = formsOfText(key).filter(
      ([, bytes]) => !looked.some((form) => bytes.includes(form) || form.includes(String(bytes))),
    );
    const left = ['UTF-16LE', 'UTF-16BE'];
    expect(missing.map(([form]) => form).filter((form) => !left.includes(form))).toEqual([]);
  });

  it('is covered in every form, cut at every byte over two and three chunks', () => {
    for (const form of forms) {
      const bytes = Buffer.concat([Buffer.from('{"a":"'), form, Buffer.from('"}\n\n')]);
      const covered = `{"a":"${'*'.repeat(form.length)}"}\n\n`;
      for (let one = 0; one <= bytes.length; one += 1) {
        for (let two = one; two <= bytes.length; two += one === 0 ? 1 : 5) {
          expect(redacted(key, pieces(bytes, [one, two])).toString()).toBe(covered);
        }
      }
    }
  });

  it('is in no answer, however it is made up and cut, and nothing else is changed', () => {
    const part = fc.oneof(
      fc.constantFrom(...forms),
      fc
        .constantFrom(...forms)
        .chain((form) =>
          fc.tuple(fc.nat(form.length), fc.nat(form.length)).map(([a, b]) => form.subarray(a, b)),
        ),
      fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.array(fc.nat(400)), (parts, cuts) => {
        const bytes = Buffer.concat(parts);
        const inside = cuts.map((cut) => Math.min(cut, bytes.length));
        const out = redacted(key, pieces(bytes, inside));
        expect(out.length).toBe(bytes.length);
        expect(forms.filter((form) => out.includes(form))).toEqual([]);
        const unlike = [...out].filter((byte, at) => byte !== bytes[at] && byte !== 0x2a);
        expect(unlike).toEqual([]);
        if (!forms.some((form) => bytes.includes(form)) && !cutOff(bytes, forms)) {
          expect(out).toEqual(bytes);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Whether the bytes end with half a form, which the end of an answer covers too. */
function cutOff(bytes: Buffer, forms: readonly Buffer[]): boolean {
  return forms.some((form) => {
    for (let length = form.length - 1; length * 2 >= form.length / 2; length -= 1) {
      if (bytes.subarray(-length).equals(form.subarray(0, length))) return true;
    }
    return false;
  });
}

describe('what is held back of a chunk', () => {
  const key = 'sk-canary-0123456789abcdef';

  it.each([
    ['data: {"delta":"word"}\n\n', 0],
    ['{"a":1}', 0],
    ['ends with s', 1],
    ['sk-canary-0123456789abcde', 25],
    ['sk-canary-0123456789abcdeX', 0],
    ['sk-canary-sk-canary', 9],
  ])('%j: its last %i bytes', (text, length) => {
    const redactor = new KeyRedactor(formsOf(key));
    expect(redactor.push(Buffer.from(text)).toString()).toBe(text.slice(0, text.length - length));
  });

  it('goes on at the end, unless it is half of the key', () => {
    expect(redacted(key, [Buffer.from('it begins with sk-')]).toString()).toBe(
      'it begins with sk-',
    );
    expect(redacted(key, [Buffer.from('it is sk-canary-0123456789abcde')]).toString()).toBe(
      `it is ${'*'.repeat(25)}`,
    );
  });

  it('is the chunk itself, not a copy, where there is nothing to cover', () => {
    const chunk = Buffer.from('data: {"delta":"word"}\n\n');
    expect(new KeyRedactor(formsOf(key)).push(chunk)).toBe(chunk);
  });
});

describe('a key', () => {
  it('of less than eight characters is a word, and stays', () => {
    expect(keyForms('ollama')).toBeUndefined();
  });

  it('of asterisks comes to an end', () => {
    expect(redacted('********', [Buffer.from('********'.repeat(3))]).toString()).toBe(
      '*'.repeat(24),
    );
  });

  it('is covered in a text as well', () => {
    const redactor = new KeyRedactor(formsOf('sk-canary-0123456789abcdef'));
    expect(redactor.text('3, sk-canary-0123456789abcdef é')).toBe(`3, ${'*'.repeat(26)} é`);
    expect(redactor.text('3')).toBe('3');
  });
});

describe('several keys', () => {
  const keys = ['sk-canary-first-0123', 'sk-canary-first-0123-longer', 'other-canary-4567'];
  const all = joinedForms(keys.map(formsOf));
  const text = `a ${keys.join(' b ')} c`;
  const expected = text.replace(/\S{9,}/g, (key) => '*'.repeat(key.length));

  it('are all removed from a text', () => {
    expect(new KeyRedactor(all).text(text)).toBe(expected);
  });

  it('are all removed from bytes, also in pieces', () => {
    const whole = new KeyRedactor(all);
    expect(whole.push(Buffer.from(text)).toString() + whole.end().toString()).toBe(expected);
    const apart = `a ${keys[0] ?? ''} b ${keys[2] ?? ''} c`;
    const redactor = new KeyRedactor(all);
    const pieces = Array.from(apart, (letter) => redactor.push(Buffer.from(letter)).toString());
    expect(pieces.join('') + redactor.end().toString()).not.toContain('canary');
  });
});
