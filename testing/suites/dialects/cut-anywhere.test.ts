import { DIALECTS } from '@postern/dialects';
import type { AnswerEvent } from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutAt, decodeChunks, fold } from './decode-bytes.ts';
import { framed, recordings, type Recording } from './recordings.ts';

/** Decoding gives the same answer, wherever the bytes are split. */
describe('streams split anywhere', () => {
  const streams = recordings();

  test.each(streams)('$name: decodes byte by byte like the whole stream', (recording) => {
    const bytes = framed(recording);
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(decodeChunks(recording.dialect, single)).toEqual(wholeEvents(recording));
  });

  test.each(streams)('$name: decodes random splits like the whole stream', (recording) => {
    const bytes = framed(recording);
    const whole = wholeEvents(recording);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (offsets) => {
        expect(decodeChunks(recording.dialect, cutAt(bytes, offsets))).toEqual(whole);
      }),
      { numRuns: 10 },
    );
  });

  test.each(streams)('$name: decodes other line endings the same', (recording) => {
    const text = new TextDecoder().decode(framed(recording));
    const whole = wholeEvents(recording);
    for (const lineEnd of ['\r\n', '\r']) {
      const bytes = new TextEncoder().encode(text.replaceAll('\n', lineEnd));
      expect(decodeChunks(recording.dialect, [bytes])).toEqual(whole);
    }
  });

  test.each(streams)('$name: the usage tap counts the same as the decoder', (recording) => {
    const bytes = framed(recording);
    const { usage } = fold(wholeEvents(recording));
    const delivered = recording.events.reduce((sum, event) => sum + textIn(JSON.parse(event)), 0);
    const isComplete = TERMINAL.test(new TextDecoder().decode(bytes));
    for (const chunks of [[bytes], cutAt(bytes, [7, 301, 4099]), bytewise(bytes)]) {
      const tap = DIALECTS[recording.dialect].usageTap();
      for (const chunk of chunks) tap.push(chunk);
      tap.end();
      expect(tap.usage()).toEqual(usage);
      expect(tap.textLength()).toBe(delivered);
      expect(tap.isComplete()).toBe(isComplete);
    }
  });

  const cuttable = streams.filter(({ events }) => events.length > 2);
  test.each(cuttable)(
    '$name: a truncated stream fails and keeps the part that arrived',
    (recording) => {
      const decoder = DIALECTS[recording.dialect].answerDecoder();
      const arrived = recording.events.slice(0, Math.floor(recording.events.length / 2));
      const events = arrived.flatMap((data) => decoder.push({ event: undefined, data }));
      expect(decoder.end()).toMatchObject([{ kind: 'failure', failure: { code: 'UPSTREAM_CUT' } }]);
      expect(decoder.end()).toEqual([]);
      expect(wholeEvents(recording).slice(0, events.length)).toEqual(events);
    },
  );
});

function wholeEvents(recording: Recording): readonly AnswerEvent[] {
  return decodeChunks(recording.dialect, [framed(recording)]);
}

function bytewise(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

const TERMINAL = /^data: (?:\[DONE\]|\{"type":\s*"message_stop"\s*\})\s*$/m;

const TEXT_KEYS = new Set([
  ...['text', 'thinking', 'partial_json'],
  ...['content', 'reasoning_content', 'reasoning', 'refusal', 'arguments'],
]);

/** The total length of the texts under `delta`, at any depth. */
function textIn(value: unknown, isInDelta = false): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [key, inner]: [string, unknown]) => {
    if (isInDelta && typeof inner === 'string')
      return sum + (TEXT_KEYS.has(key) ? inner.length : 0);
    return sum + textIn(inner, isInDelta || key === 'delta');
  }, 0);
}
