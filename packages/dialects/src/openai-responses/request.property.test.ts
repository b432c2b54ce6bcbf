import { expectOk } from '@postern/kernel';
import type { ModelRequest, Part, Reasoning, ResponseFormat, ServiceTier } from '@postern/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { namespacedName } from '../names/namespaced-name.ts';
import {
  arbitraryRequest,
  filledText,
  textPart,
  type Encodable,
} from '../testing/arbitrary-request.ts';
import { openaiResponses } from './dialect.ts';

const RESPONSES = 'openai-responses';

const image: fc.Arbitrary<Part> = fc.constantFrom(
  { kind: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } },
  { kind: 'image', source: { kind: 'url', url: 'https://example.org/a.png' } },
  {
    kind: 'image',
    source: { kind: 'provider-file', fileId: 'file-1' },
    extra: { dialect: RESPONSES, fields: { detail: 'high' } },
  },
);

const file: fc.Arbitrary<Part> = fc.record({
  kind: fc.constant('file'),
  source: fc.constantFrom(
    { kind: 'base64', mediaType: 'application/pdf', data: 'AAAA' } as const,
    { kind: 'url', url: 'https://example.org/a.pdf' } as const,
    { kind: 'provider-file', fileId: 'file-1' } as const,
  ),
  name: filledText,
});

const opaque: fc.Arbitrary<Part> = fc.constant({
  kind: 'opaque',
  dialect: RESPONSES,
  value: { type: 'input_audio', data: 'AAAA' },
});

const answerPart: fc.Arbitrary<Part> = fc.oneof(
  textPart,
  fc.record({
    kind: fc.constant('text'),
    text: filledText,
    annotations: fc.constant([{ type: 'url_citation', url: 'https://example.org' }]),
    extra: fc.constant({ dialect: RESPONSES, fields: { phase: 'commentary' } } as const),
  }),
  fc.constant<Part>({ kind: 'refusal', text: 'no' }),
  fc.record({
    kind: fc.constant('thinking'),
    text: fc.constantFrom('', 'because'),
    signature: filledText,
    extra: fc.constant({ dialect: RESPONSES, fields: { id: 'rs_1' } } as const),
  }),
  fc.constant<Part>({
    kind: 'opaque',
    dialect: RESPONSES,
    value: { type: 'web_search_call', id: 'ws_1', status: 'completed' },
  }),
);

const ENCODABLE: Encodable = {
  dialect: RESPONSES,
  userPart: fc.oneof(textPart, image, file, opaque),
  answer: fc.array(answerPart, { minLength: 1, maxLength: 3 }),
  resultContent: fc.constantFrom(
    [],
    [{ kind: 'text', text: 'result' } as const],
    [
      { kind: 'text', text: 'result' } as const,
      { kind: 'image', source: { kind: 'url', url: 'https://example.org/a.png' } } as const,
    ],
  ),
  resultIsError: fc.constant(false),
  inputJson: fc
    .dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.jsonValue())
    .map((value) => JSON.stringify(value)),
  settings: fc.record(
    {
      serviceTier: fc.constantFrom<ServiceTier>('auto', 'standard', 'flex', 'priority'),
      userId: filledText,
      metadata: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), filledText),
      logprobs: fc.integer({ min: 0, max: 20 }),
      responseFormat: fc.constantFrom<ResponseFormat>(
        { kind: 'json' },
        { kind: 'json-schema', name: 'n', schema: { type: 'object' }, strict: true },
      ),
    },
    { requiredKeys: [] },
  ),
  reasoning: fc.constant({}),
  extra: fc.constant({
    dialect: RESPONSES,
    fields: {
      store: true,
      include: ['reasoning.encrypted_content'],
      text: { verbosity: 'low' },
      reasoning: { context: 'auto' },
      tools: [{ type: 'web_search' }, { type: 'namespace', name: 'n', tools: [] }],
    },
  }),
};

/** Stop sequences have no field here. */
const requests: fc.Arbitrary<ModelRequest> = arbitraryRequest(ENCODABLE).map((request) => {
  const others = { ...request };
  delete others.stopSequences;
  return others;
});

/** The same requests, with every tool in a namespace. */
const grouped: fc.Arbitrary<ModelRequest> = requests.map((request) => {
  const { tools, toolChoice } = request;
  const inGroup = (name: string): string => namespacedName('group', name);
  const turns = request.turns.map(({ role, parts }) => ({
    role,
    parts: parts.map((part) =>
      part.kind === 'tool-call' ? { ...part, name: inGroup(part.name) } : part,
    ),
  }));
  const extra = { dialect: RESPONSES, fields: { namespace: 'what the group does' } } as const;
  return {
    ...request,
    turns,
    ...(tools !== undefined && {
      tools: tools.map((tool) => ({ ...tool, name: inGroup(tool.name), extra })),
    }),
    ...(toolChoice?.kind === 'tool' && {
      toolChoice: { ...toolChoice, name: inGroup(toolChoice.name) },
    }),
  };
});

/** A tool that isn't strict says so, because this API's default is strict. */
function withStrict(request: ModelRequest): ModelRequest {
  if (request.tools === undefined) return request;
  return { ...request, tools: request.tools.map((tool) => ({ strict: false, ...tool })) };
}

test('decoding what was encoded gives the request back', () => {
  fc.assert(
    fc.property(fc.oneof(requests, grouped), (request) => {
      const { value: body, warnings } = expectOk(openaiResponses.encodeRequest(request));
      const value = withStrict(request);
      expect(openaiResponses.decodeRequest(body)).toEqual({ ok: true, value });
      expect(warnings).toEqual([]);
      expect(JSON.parse(JSON.stringify(body))).toEqual(body);
    }),
    { numRuns: 200 },
  );
});

test.each<Reasoning>([
  { effort: 'low' },
  { effort: 'none', summary: 'auto' },
  { summary: 'detailed' },
])('so it does with reasoning %j', (reasoning) => {
  const turns = [{ role: 'user', parts: [{ kind: 'text', text: 'q' }] }] as const;
  const request = { model: 'gpt-6', stream: false, turns, reasoning };
  const { value: body, warnings } = expectOk(openaiResponses.encodeRequest(request));
  expect(openaiResponses.decodeRequest(body)).toEqual({ ok: true, value: request });
  expect(warnings).toEqual([]);
});
