import { expectOk } from '@postern/kernel';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { asksForUsage, readRequestBody, type RequestBody } from './request-body.ts';
import { TOKENS_A_STEP } from './scan-json.ts';
import { Turns } from './turns.ts';

const read = (text: string): ReturnType<typeof readRequestBody> =>
  readRequestBody([Buffer.from(text)], new Turns());
const body = async (text: string): Promise<RequestBody> => expectOk(await read(text));
const reason = async (text: string | Buffer): Promise<string> => {
  const result = await readRequestBody([Buffer.from(text)], new Turns());
  if (result.ok) return 'none';
  return 'field' in result.failure
    ? `${result.failure.reason} ${result.failure.field}`
    : result.failure.reason;
};

describe('readRequestBody', () => {
  it.each([
    ['plain', '{"model":"gpt"}', 'gpt'],
    ['with white space', ' { "model" :\t"gpt" } ', 'gpt'],
    ['an escaped key', '{"m\\u006fdel":"gpt"}', 'gpt'],
    ['an escaped value', '{"model":"open\\u0061i\\/gpt \\"x\\""}', 'openai/gpt "x"'],
    ['beside nested models', '{"a":{"model":"no"},"b":[{"model":"no"}],"model":"yes"}', 'yes'],
    ['beside a model in a string', '{"a":"\\"model\\":\\"no\\"","model":"yes"}', 'yes'],
    ['beside other duplicates', '{"seed":1,"seed":2,"model":"yes"}', 'yes'],
    ['characters beyond ASCII', '{"model":"modèle-é😀"}', 'modèle-é😀'],
  ])('finds the model: %s', async (_name, text, model) => {
    expect((await body(text)).model.name).toBe(model);
  });

  it.each([
    ['true', '{"model":"m","stream":true}', true],
    ['false', '{"model":"m","stream":false}', false],
    ['null', '{"model":"m","stream":null}', false],
    ['a string', '{"model":"m","stream":"true"}', false],
    ['absent', '{"model":"m"}', false],
    ['only nested', '{"model":"m","x":{"stream":true}}', false],
  ])('reads stream: %s', async (_name, text, streamed) => {
    expect((await body(text)).stream !== undefined).toBe(streamed);
  });

  it.each([
    ['asked', '{"include_usage":true}', true],
    ['asked with an escaped key', '{"include\\u005fusage": true}', true],
    ['refused', '{"include_usage":false}', false],
    ['other options', '{"include_obfuscation":true}', false],
    ['nested only', '{"x":{"include_usage":true}}', false],
    ['null', 'null', false],
  ])('reads stream_options: %s', async (_name, options, asked) => {
    const text = `{"model":"m","stream":true,"stream_options":${options}}`;
    expect(asksForUsage(await body(text))).toBe(asked);
  });

  it.each([
    ['two models', '{"model":"a","model":"b"}', 'body-ambiguous model'],
    ['one hidden behind an escape', '{"model":"a","mode\\u006c":"b"}', 'body-ambiguous model'],
    ['other case', '{"model":"a","Model":"b"}', 'body-ambiguous model'],
    ['other case alone', '{"MODEL":"b"}', 'body-ambiguous model'],
    ['two streams', '{"model":"a","stream":true,"stream":false}', 'body-ambiguous stream'],
    ['the long s', '{"model":"a","\u017ftream":true}', 'body-ambiguous stream'],
    [
      'two include_usage',
      '{"model":"a","stream_options":{"include_usage":true,"include_usage":false}}',
      'body-ambiguous include_usage',
    ],
    ['no model', '{}', 'model-missing'],
    ['an empty model', '{"model":""}', 'model-missing'],
    ['a number for a model', '{"model":1}', 'model-missing'],
    ['an object for a model', '{"model":{"model":"a"}}', 'model-missing'],
    ['a huge model', `{"model":"${'a'.repeat(4096)}"}`, 'model-missing'],
    ['an array', '[]', 'body-malformed'],
    ['nothing', '', 'body-malformed'],
    ['something after the end', '{"model":"a"}{}', 'body-malformed'],
    ['a byte order mark', '\ufeff{"model":"a"}', 'body-malformed'],
    ['depth', `{"model":"a","x":${'['.repeat(500)}`, 'body-too-deep'],
  ])('refuses %s', async (_name, text, expected) => {
    expect(await reason(text)).toBe(expected);
  });

  it('refuses malformed UTF-8, an overlong form and a raw surrogate', async () => {
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80]]) {
      const text = Buffer.concat([
        Buffer.from('{"model":"'),
        Buffer.from(bytes),
        Buffer.from('"}'),
      ]);
      expect(await reason(text)).toBe('body-malformed');
    }
  });

  it('joins what came in pieces', async () => {
    const text = `{"model":"pieces","x":"${'é'.repeat(50)}"}`;
    for (const size of [1, 7, 1000]) {
      const bytes = Buffer.from(text);
      const count = Math.ceil(bytes.length / size);
      const pieces = Array.from({ length: count }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      const body = expectOk(await readRequestBody(pieces, new Turns()));
      expect([body.model.name, body.bytes.toString()]).toEqual(['pieces', text]);
    }
    expect(await readRequestBody([], new Turns())).toMatchObject({ ok: false });
  });
});

describe('a large body', () => {
  const MEMBERS = 50_000;
  const large = [Buffer.from(`{${'"a":1,'.repeat(MEMBERS)}"model":"m"}`)];
  const stepsOfOne = (4 * MEMBERS) / TOKENS_A_STEP;

  /** How many turns of the event loop pass until all are read. */
  async function turnsOf(reading: readonly Promise<unknown>[]): Promise<number> {
    const progress = { over: false };
    const all = Promise.all(reading).then(() => (progress.over = true));
    let count = 0;
    for (; !progress.over; count += 1) await setImmediate();
    await all;
    return count;
  }

  it('is read in many turns of the event loop', async () => {
    expect(await turnsOf([readRequestBody(large, new Turns())])).toBeGreaterThanOrEqual(stepsOfOne);
  });

  it('shares turns of the event loop: one step per turn for all bodies together', async () => {
    const turns = new Turns();
    const reading = [1, 2, 3].map(() => readRequestBody(large, turns));
    expect(await turnsOf(reading)).toBeGreaterThanOrEqual(3 * (stepsOfOne - 1));
  });
});
