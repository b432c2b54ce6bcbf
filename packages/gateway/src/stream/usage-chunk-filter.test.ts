import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageChunkFilter } from './usage-chunk-filter.ts';

const delta = (text: string): string =>
  `data: {"id":"c","choices":[{"index":0,"delta":{"content":${JSON.stringify(text)}}}],"usage":null}`;
const USAGE = 'data: {"id":"c","choices": [ ],"usage":{"prompt_tokens":3,"completion_tokens":1}}';
const DONE = 'data: [DONE]';

function filtered(chunks: readonly Buffer[]): string {
  const filter = new UsageChunkFilter();
  const out = chunks.map((chunk) => filter.push(chunk));
  return Buffer.concat([...out, filter.end()]).toString();
}

const whole = (text: string): string => filtered([Buffer.from(text)]);
const frames = (events: readonly string[], lineEnd: string): string =>
  events.map((event) => event + lineEnd + lineEnd).join('');

describe('UsageChunkFilter', () => {
  it.each([
    ['\\n', '\n'],
    ['\\r\\n', '\r\n'],
    ['\\r', '\r'],
  ])('takes out the usage chunk and nothing else, lines ending in %s', (_name, lineEnd) => {
    const others = [delta('a "choices":[] b'), ': comment', delta('é😀'), DONE];
    const withUsage = [...others.slice(0, 3), USAGE, DONE];
    expect(whole(frames(withUsage, lineEnd))).toBe(frames(others, lineEnd));
  });

  it.each([
    [
      'an event without choices but without usage',
      'data: {"choices":[],"prompt_filter_results":[]}',
    ],
    ['a null usage', 'data: {"choices":[],"usage":null}'],
    ['usage beside choices', 'data: {"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}'],
    ['usage deeper down', 'data: {"x":{"choices":[],"usage":{}}}'],
    [
      'usage that comes unasked, with its cost',
      'data: {"choices":[],"usage":{"prompt_tokens":1,"cost":0.01}}',
    ],
    ['malformed JSON', 'data: {"choices":[],"usage":{}'],
    ['a comment', ': "choices":[] "usage":{}'],
    ['an error', 'data: {"error":{"message":"\\"choices\\":[]"}}'],
  ])('leaves %s alone', (_name, event) => {
    expect(whole(frames([event, DONE], '\n'))).toBe(frames([event, DONE], '\n'));
  });

  it('gives whole events on at once', () => {
    const filter = new UsageChunkFilter();
    const chunk = Buffer.from(frames([delta('a')], '\n'));
    expect(filter.push(chunk)).toBe(chunk);
    expect(filter.push(Buffer.from('data: {"cho')).length).toBe(0);
    expect(filter.push(Buffer.from('ices":[{}]}\n\nda')).toString()).toBe(
      'data: {"choices":[{}]}\n\n',
    );
    expect(filter.end().toString()).toBe('da');
  });

  it('does not hold back without bound', () => {
    const filter = new UsageChunkFilter();
    const chunk = Buffer.from('data: ' + 'x'.repeat(100_000));
    expect(filter.push(chunk).length).toBe(chunk.length);
    expect(filter.end().length).toBe(0);
  });

  it('does the same whatever the chunks are', () => {
    const event = fc.oneof(
      fc.string().map(delta),
      fc.constantFrom(USAGE, DONE, ': ping', 'data: {"choices":[]}', `event: x\ndata: {}`),
    );
    const stream = fc
      .tuple(fc.array(event), fc.constantFrom('\n', '\r\n'))
      .map(([events, lineEnd]) => ({ events, lineEnd }));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(400)), ({ events, lineEnd }, cuts) => {
        const bytes = Buffer.from(frames(events, lineEnd));
        const places = [0, ...cuts.filter((cut) => cut < bytes.length), bytes.length];
        places.sort((one, other) => one - other);
        const chunks = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
        const kept = events.filter((event) => event !== USAGE);
        expect(filtered(chunks)).toBe(frames(kept, lineEnd));
      }),
    );
  });
});
