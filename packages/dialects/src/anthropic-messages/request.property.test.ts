import { expectOk } from '@postern/kernel';
import type { Part, Reasoning, ResponseFormat, ServiceTier, Thread } from '@postern/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anthropicMessages } from './dialect.ts';
import {
  arbitraryRequest,
  base64Text,
  filledText,
  textPart,
  type Encodable,
} from '../testing/arbitrary-request.ts';

const ANTHROPIC = 'anthropic-messages';

const cached = fc.constant({
  dialect: ANTHROPIC,
  fields: { cache_control: { type: 'ephemeral' } },
} as const);

const image: fc.Arbitrary<Part> = fc.constantFrom(
  { kind: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } },
  { kind: 'image', source: { kind: 'url', url: 'https://example.org/a.png' } },
  { kind: 'image', source: { kind: 'provider-file', fileId: 'file_1' } },
);

const file: fc.Arbitrary<Part> = fc.record(
  {
    kind: fc.constant('file'),
    source: fc.oneof(
      fc.constant({ kind: 'base64', mediaType: 'application/pdf', data: 'AAAA' } as const),
      base64Text.map((data) => ({ kind: 'base64', mediaType: 'text/plain', data }) as const),
      fc.constant({ kind: 'url', url: 'https://example.org/a.pdf' } as const),
    ),
    name: filledText,
    extra: cached,
  },
  { requiredKeys: ['kind', 'source'] },
);

const cachedText: fc.Arbitrary<Part> = fc.record({
  kind: fc.constant('text'),
  text: filledText,
  extra: cached,
});

const citedText: fc.Arbitrary<Part> = fc.record({
  kind: fc.constant('text'),
  text: filledText,
  annotations: fc.array(fc.constant({ type: 'char_location', cited_text: 'c' }), { maxLength: 2 }),
});

const opaque: fc.Arbitrary<Part> = fc.record({
  kind: fc.constant('opaque'),
  dialect: fc.constant(ANTHROPIC),
  value: fc.record({
    type: fc.constantFrom('server_tool_use', 'container_upload'),
    id: filledText,
  }),
});

const thinking: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ kind: fc.constant('thinking'), text: fc.string(), signature: filledText }),
  fc.record({ kind: fc.constant('redacted-thinking'), data: filledText }),
);

const summary = fc.constantFrom<'auto' | 'none'>('auto', 'none');

const ENCODABLE: Encodable = {
  dialect: ANTHROPIC,
  userPart: fc.oneof(textPart, cachedText, image, file, opaque),
  answer: fc.array(fc.oneof(textPart, citedText, thinking, opaque), { minLength: 1, maxLength: 4 }),
  resultContent: fc.array(fc.constantFrom({ kind: 'text', text: 'result' } as const), {
    maxLength: 2,
  }),
  resultIsError: fc.boolean(),
  inputJson: fc
    .dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.jsonValue())
    .map((input) => JSON.stringify(input))
    // In this dialect the input is an object of the body, where such keys are refused.
    .filter((json) => !/__proto__|constructor/.test(json)),
  settings: fc.record(
    {
      topK: fc.integer({ min: 1, max: 500 }),
      serviceTier: fc.constantFrom<ServiceTier>('auto', 'standard'),
      userId: filledText,
      thread: fc.constant<Thread>({ kind: 'create' }),
      responseFormat: fc.constant<ResponseFormat>({
        kind: 'json-schema',
        schema: { type: 'object', additionalProperties: false },
      }),
    },
    { requiredKeys: [] },
  ),
  reasoning: fc.record({
    reasoning: fc.oneof(
      fc.constant<Reasoning>({ mode: 'off' }),
      fc.record({ mode: fc.constant('adaptive' as const), summary }, { requiredKeys: ['mode'] }),
      fc.record(
        { budgetTokens: fc.integer({ min: 1024, max: 60_000 }), summary },
        { requiredKeys: ['budgetTokens'] },
      ),
    ),
  }),
  extra: fc.constant({
    dialect: ANTHROPIC,
    fields: {
      inference_geo: 'us',
      metadata: { tag: 't' },
      tools: [{ type: 'bash_20250124', name: 'bash' }],
    },
  }),
};

test('decoding what was encoded gives the request back', () => {
  fc.assert(
    fc.property(arbitraryRequest(ENCODABLE), (request) => {
      // More cache marks than the API accepts are dropped.
      fc.pre(JSON.stringify(request).split('"cache_control"').length <= 5);
      const { value: body, warnings } = expectOk(anthropicMessages.encodeRequest(request));
      expect(anthropicMessages.decodeRequest(body)).toEqual({ ok: true, value: request });
      expect(warnings).toEqual([]);
      expect(JSON.parse(JSON.stringify(body))).toEqual(body);
    }),
    { numRuns: 100 },
  );
});
