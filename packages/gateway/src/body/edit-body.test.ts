import { expectOk } from '@postern/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits, renameModel, requestUsage } from './edit-body.ts';
import { asksForUsage, readRequestBody, type RequestBody } from './request-body.ts';
import { Turns } from './turns.ts';

const read = async (text: string): Promise<RequestBody> =>
  expectOk(await readRequestBody([Buffer.from(text)], new Turns()));

const NASTY = `{ "a":12345678901234567890, "a":-0.10E+02,"\\u006dessages" : [{"model":"p/in",
  "content":"\\"model\\":\\"p/no\\" \\ud83d\\ude00 é€😀 \\/"}],"__proto__":{"x":null},
  "model" : "p/named" ,"zeta":1,"alpha":[ ],"metadata":{"model":"p/deep","stream":true}}  `;

describe('renameModel', () => {
  it('changes the one value and not another byte', async () => {
    const body = await read(NASTY);
    const edited = applyEdits(body.bytes, [renameModel(body, 'named')]).toString();
    expect(edited).toBe(NASTY.replace('"p/named"', '"named"'));
  });

  it('writes names that need escapes as valid JSON', async () => {
    const body = await read('{"model":"x"}');
    for (const name of ['a"b', 'a\\b', 'a\nb', 'modèle', '\ud800']) {
      const edited = applyEdits(body.bytes, [renameModel(body, name)]);
      expect(JSON.parse(edited.toString())).toEqual({ model: name });
    }
  });
});

describe('requestUsage', () => {
  const asked = async (text: string): Promise<string> => {
    const body = await read(text);
    if (body.stream === undefined) throw new Error('the text does not ask for a stream');
    return applyEdits(body.bytes, [requestUsage(body, body.stream)]).toString();
  };

  it.each([
    [
      'no options',
      '{"stream": true ,"model":"m"}',
      '{"stream": true,"stream_options":{"include_usage":true} ,"model":"m"}',
    ],
    [
      'null',
      '{"stream":true,"stream_options": null,"model":"m"}',
      '{"stream":true,"stream_options": {"include_usage":true},"model":"m"}',
    ],
    [
      'no members',
      '{"stream":true,"stream_options":{ },"model":"m"}',
      '{"stream":true,"stream_options":{"include_usage":true },"model":"m"}',
    ],
    [
      'other members',
      '{"stream":true,"stream_options":{"x":1.0},"model":"m"}',
      '{"stream":true,"stream_options":{"include_usage":true,"x":1.0},"model":"m"}',
    ],
    [
      'refused',
      '{"stream":true,"stream_options":{"x":1,"include_usage" : false},"model":"m"}',
      '{"stream":true,"stream_options":{"x":1,"include_usage" : true},"model":"m"}',
    ],
    [
      'a string in its place',
      '{"stream":true,"stream_options":{"include_usage":"true"},"model":"m"}',
      '{"stream":true,"stream_options":{"include_usage":true},"model":"m"}',
    ],
  ])('asks beside %s', async (_name, text, expected) => {
    expect(await asked(text)).toBe(expected);
    expect(asksForUsage(await read(expected))).toBe(true);
  });

  it('keeps every other field of any request', async () => {
    // Fields that determine the route are refused in another case.
    const deciding =
      /^(model|stream|stream_options|include_usage|usage|max(_completion|_output)?_tokens|n|service_tier|__proto__)$/;
    const isOther = (key: string): boolean =>
      !deciding.test(key.toLowerCase()) && !deciding.test(key.toUpperCase().toLowerCase());
    const others = fc.dictionary(fc.string().filter(isOther), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(
        others,
        fc.string({ minLength: 1 }),
        fc.string(),
        async (value, model, renamed) => {
          const request = { ...value, model, stream: true };
          const body = await read(JSON.stringify(request));
          if (body.stream === undefined) throw new Error('stream was not found');
          const edits = [requestUsage(body, body.stream), renameModel(body, renamed)];
          const edited: unknown = JSON.parse(applyEdits(body.bytes, edits).toString());
          const expected = { ...request, model: renamed, stream_options: { include_usage: true } };
          expect(edited).toEqual(JSON.parse(JSON.stringify(expected)));
        },
      ),
    );
  });
});

describe('applyEdits', () => {
  it('gives back the same buffer when nothing changes', () => {
    const bytes = Buffer.from('{}');
    expect(applyEdits(bytes, [])).toBe(bytes);
  });
});
