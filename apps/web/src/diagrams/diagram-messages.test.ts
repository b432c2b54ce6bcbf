import { describe, expect, it } from 'vitest';
import { parseFrameMessage } from './diagram-messages.ts';

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0];
const bytes = (...numbers: readonly number[]): ArrayBuffer => new Uint8Array(numbers).buffer;

describe('a message of the frame', () => {
  it.each([
    { kind: 'ready' },
    { kind: 'drawn', width: 1, height: 20_000 },
    { kind: 'failed', isTooLarge: false, why: 'Parse error' },
    { kind: 'picture', png: bytes(...PNG) },
  ])('is taken: %j', (message) => {
    expect(parseFrameMessage(message)).toEqual(message);
  });

  it('has nothing of its further properties', () => {
    expect(parseFrameMessage({ kind: 'ready', html: '<b>' })).toEqual({ kind: 'ready' });
  });

  it.each([
    undefined,
    null,
    'ready',
    {},
    { kind: 'navigate' },
    { kind: 'drawn', width: 1 },
    { kind: 'drawn', width: '10', height: 10 },
    { kind: 'drawn', width: 0, height: 10 },
    { kind: 'drawn', width: -5, height: 10 },
    { kind: 'drawn', width: Number.NaN, height: 10 },
    { kind: 'drawn', width: Infinity, height: 10 },
    { kind: 'drawn', width: 10, height: 20_001 },
    { kind: 'failed', why: 'Parse error' },
    { kind: 'failed', isTooLarge: true, why: 'x'.repeat(1001) },
    { kind: 'failed', isTooLarge: false, why: { toString: 'x' } },
    { kind: 'picture', png: bytes(...PNG).byteLength },
    { kind: 'picture', png: bytes(0x3c, 0x73, 0x76, 0x67, 0x3e) },
    { kind: 'picture', png: bytes() },
  ])('is ignored: %j', (message) => {
    expect(parseFrameMessage(message)).toBeUndefined();
  });
});
