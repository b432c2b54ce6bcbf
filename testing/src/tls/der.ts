/*
 * The part of DER (ITU-T X.690) that a certificate needs. Tests create their own certificates with
 * it, so that they don't depend on an openssl program or on files that expire.
 */

/** Tag, length and the joined contents. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = Buffer.concat(contents);
  return new Uint8Array(Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]));
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x100) return Buffer.from([0x81, length]);
  return Buffer.from([0x82, length >> 8, length & 0xff]);
}

export const sequence = (...contents: readonly Uint8Array[]): Uint8Array => der(0x30, ...contents);
export const setOf = (...contents: readonly Uint8Array[]): Uint8Array => der(0x31, ...contents);
export const boolean = (value: boolean): Uint8Array =>
  der(0x01, Buffer.from([value ? 0xff : 0x00]));
export const octets = (bytes: Uint8Array): Uint8Array => der(0x04, bytes);
/** A bit string whose length is a whole number of bytes. */
export const bits = (bytes: Uint8Array, unused = 0): Uint8Array =>
  der(0x03, Buffer.from([unused]), bytes);
export const utf8String = (text: string): Uint8Array => der(0x0c, Buffer.from(text, 'utf8'));
/** A positive integer from its big-endian bytes. */
export const integer = (bytes: Uint8Array): Uint8Array =>
  der(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.from([0, ...bytes]) : bytes);

/** A time in whole seconds: UTCTime before 2050, GeneralizedTime from then on (RFC 5280 §4.1.2.5). */
export function time(at: Date): Uint8Array {
  const digits = `${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return at.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(digits.slice(2), 'ascii'))
    : der(0x18, Buffer.from(digits, 'ascii'));
}

/** An object identifier in dotted form. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}
