import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attachmentName, MAX_ATTACHMENT_NAME_LENGTH } from './attachment.ts';

test.each([
  ['photo.jpg', 'photo.jpg'],
  ['Füße 日本語 👩‍💻.png', 'Füße 日本語 👩‍💻.png'],
  ['', 'file'],
  ['...', 'file'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\me\\secret.txt', 'secret.txt'],
  ['.ssh', 'ssh'],
  ['~root', 'root'],
  ['a\0b\r\nSet-Cookie: x.txt', 'a b Set-Cookie x.txt'],
  ['invoice\u202efdp.exe', 'invoicefdp.exe'],
  ['<img src=x onerror=alert(1)>.png', 'img src=x onerror=alert(1).png'],
  ['"a"\u200b|b?*.txt', 'ab.txt'],
  [`${'x'.repeat(10_000)}.png`, `${'x'.repeat(116)}.png`],
  ['🚪'.repeat(100), '🚪'.repeat(60)],
  ['a\n\u202e\na', 'a a'],
  ['a\u200b\u0301', 'á'],
  [`${'a'.repeat(118)}..${'b'.repeat(30)}`, 'a'.repeat(118)],
  [`x${'🚪'.repeat(100)}`, `x${'🚪'.repeat(59)}`],
])('the safe form of %j', (given, name) => {
  expect(attachmentName(given)).toBe(name);
});

test('any name becomes a safe one, which stays as it is', () => {
  const anyName = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: fc.constantFrom('.', '/', '\\', ' ', '\u202e', 'a', '\n', '~') }),
  );
  fc.assert(
    fc.property(anyName, (given) => {
      const name = attachmentName(given);
      expect(name).not.toMatch(/[/\\\p{Cc}\p{Bidi_Control}<>:"|?*]|^[.~\s]|[.\s]$/u);
      expect(name.length).toBeGreaterThan(0);
      expect(name.length).toBeLessThanOrEqual(MAX_ATTACHMENT_NAME_LENGTH);
      expect(name.isWellFormed()).toBe(true);
      expect(attachmentName(name)).toBe(name);
    }),
  );
});
