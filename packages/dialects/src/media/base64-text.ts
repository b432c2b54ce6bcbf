import { decodeUtf8, encodeUtf8 } from '@postern/kernel';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map(Array.from(ALPHABET, (char, value) => [char, value]));

/** Base64 (RFC 4648 §4) of a text's UTF-8 bytes. */
export function encodeBase64Text(text: string): string {
  const bytes = encodeUtf8(text);
  let base64 = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    const bits = (first << 16) | (second << 8) | third;
    const left = bytes.length - at;
    base64 += sextet(bits >> 18) + sextet(bits >> 12);
    base64 += (left > 1 ? sextet(bits >> 6) : '=') + (left > 2 ? sextet(bits) : '=');
  }
  return base64;
}

/** Decodes the text; undefined if it isn't base64 or isn't UTF-8. */
export function decodeBase64Text(base64: string): string | undefined {
  const digits = base64.replace(/[\t\n\r ]/g, '').replace(/={0,2}$/, '');
  if (digits.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const char of digits) {
    const value = VALUES.get(char);
    if (value === undefined) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at] = (bits >> held) & 0xff;
      at += 1;
    }
  }
  return decodeUtf8(bytes);
}

function sextet(bits: number): string {
  return ALPHABET.charAt(bits & 63);
}
