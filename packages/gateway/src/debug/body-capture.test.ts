import { describe, expect, it } from 'vitest';
import { BodyCapture, MAX_LOGGED_BYTES } from './body-capture.ts';

const TOKEN = 'sk-postern-token-of-this-call';
const unchanged = (text: string): string => text;

function requestIn(pieces: readonly (string | Buffer)[], redact = unchanged) {
  const capture = new BodyCapture(TOKEN);
  capture.takeRequest(pieces.map((piece) => Buffer.from(piece)));
  return capture.bodies(redact).request;
}

describe('a captured body', () => {
  it('is the whole body if it is short', () => {
    expect(requestIn(['{"a":', '1}'])).toEqual({ text: '{"a":1}', bytes: 7, isCut: false });
    expect(requestIn([])).toEqual({ text: '', bytes: 0, isCut: false });
  });

  it.each([
    ['a little too long', MAX_LOGGED_BYTES + 1],
    ['longer than what is held', 8 * MAX_LOGGED_BYTES],
  ])('is only its beginning if it is %s', (_, length) => {
    const { text, bytes, isCut } = requestIn(['x'.repeat(length - 1), 'y']);
    expect([text, bytes, isCut]).toEqual(['x'.repeat(MAX_LOGGED_BYTES), length, true]);
  });

  it.each([
    ['as it is', TOKEN],
    ['in hex', Buffer.from(TOKEN).toString('hex')],
    ['in base64', Buffer.from(TOKEN).toString('base64')],
  ])('has asterisks instead of the gateway key %s, also split', (_, form) => {
    const { text } = requestIn([`"${form.slice(0, 9)}`, `${form.slice(9)}" {"x":1}`]);
    expect(text).not.toContain(form.slice(0, 20));
    expect(text).toMatch(/^"\*+.*" \{"x":1\}$/);
  });

  it('never ends with a part of a key, wherever it is cut', () => {
    for (const before of [0, 1, 10, TOKEN.length - 1]) {
      for (const after of [0, 100_000]) {
        const filler = 'x'.repeat(MAX_LOGGED_BYTES - before);
        const { text } = requestIn([filler, TOKEN, 'y'.repeat(after)]);
        expect(text).not.toContain(TOKEN.slice(0, 4));
      }
    }
    // Where the held bytes end.
    for (let at = 0; at < 4; at += 1) {
      const { text } = requestIn([`${'é'.repeat(24_574 - 8 * at)}${TOKEN}`, TOKEN.repeat(1000)]);
      expect(text).not.toContain('sk-');
    }
  });

  it('has none of the keys that are added later, and no key that the log knows', () => {
    const capture = new BodyCapture(TOKEN);
    capture.takeResponse('one sk-first ');
    capture.takeResponse(Buffer.from('two sk-second'));
    capture.redactWith((text) => text.replaceAll('sk-first', '********'));
    const { response } = capture.bodies((text) => text.replaceAll('sk-second', '*********'));
    expect(response.text).toBe('one ******** two *********');
  });

  it('may be any bytes', () => {
    const bytes = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0xed, 0xa0, 0x80]);
    expect(requestIn([bytes])).toMatchObject({ bytes: 7, isCut: false });
  });
});
