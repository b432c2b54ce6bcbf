import { expectOk } from '@postern/kernel';
import type { Part } from '@postern/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openaiChat } from './dialect.ts';
import {
  arbitraryRequest,
  chatSettings,
  filledText,
  textPart,
  type Encodable,
} from '../testing/arbitrary-request.ts';

const OPENAI = 'openai-chat';

const image: fc.Arbitrary<Part> = fc.constantFrom(
  { kind: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } },
  { kind: 'image', source: { kind: 'url', url: 'https://example.org/a.png' } },
  {
    kind: 'image',
    source: { kind: 'url', url: 'https://example.org/a.png' },
    extra: { dialect: OPENAI, fields: { detail: 'high' } },
  },
);

const file: fc.Arbitrary<Part> = fc.record({
  kind: fc.constant('file'),
  source: fc.constantFrom(
    { kind: 'base64', mediaType: 'application/pdf', data: 'AAAA' } as const,
    { kind: 'provider-file', fileId: 'file-1' } as const,
  ),
  name: filledText,
});

const audio: fc.Arbitrary<Part> = fc.constant({
  kind: 'opaque',
  dialect: OPENAI,
  value: { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
});

const cachedText: fc.Arbitrary<Part> = fc.record({
  kind: fc.constant('text'),
  text: filledText,
  extra: fc.constant({
    dialect: OPENAI,
    fields: { cache_control: { type: 'ephemeral' } },
  } as const),
});

const rest: Part = {
  kind: 'opaque',
  dialect: OPENAI,
  value: { reasoning_details: [{ type: 'reasoning.encrypted', data: 'd' }] },
};

const input = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.jsonValue());

const ENCODABLE: Encodable = {
  dialect: OPENAI,
  userPart: fc.oneof(textPart, cachedText, image, file, audio),
  answer: fc
    .tuple(textPart, fc.constantFrom<readonly Part[]>([], [{ kind: 'refusal', text: 'no' }]))
    .map(([text, refusal]) => [text, ...refusal]),
  resultContent: fc.constantFrom([], [{ kind: 'text', text: 'result' } as const]),
  resultIsError: fc.constant(false),
  inputJson: fc
    .tuple(input, fc.constantFrom(0, 2))
    .map(([value, indent]) => JSON.stringify(value, undefined, indent)),
  settings: chatSettings,
  reasoning: fc.constant({}),
  extra: fc.constant({
    dialect: OPENAI,
    fields: {
      prompt_cache_key: 'k',
      logit_bias: { 7: -100 },
      tools: [{ type: 'custom', custom: { name: 'c' } }],
    },
  }),
};

test('decoding what was encoded gives the request back', () => {
  fc.assert(
    fc.property(arbitraryRequest(ENCODABLE), (request) => {
      const { value: body, warnings } = expectOk(openaiChat.encodeRequest(request));
      expect(openaiChat.decodeRequest(body)).toEqual({ ok: true, value: request });
      expect(warnings).toEqual([]);
      expect(JSON.parse(JSON.stringify(body))).toEqual(body);
    }),
    { numRuns: 100 },
  );
});

test('fields of a message beside the known ones come and go with it', () => {
  const turns = [
    { role: 'user', parts: [{ kind: 'text', text: 'q' }] },
    { role: 'assistant', parts: [{ kind: 'text', text: 'a' }, rest] },
    { role: 'user', parts: [{ kind: 'text', text: 'q' }] },
  ] as const;
  const request = { model: 'm', stream: false, turns };
  const body = expectOk(openaiChat.encodeRequest(request)).value;
  expect(openaiChat.decodeRequest(body)).toEqual({ ok: true, value: request });
});
