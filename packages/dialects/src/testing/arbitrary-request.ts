import type {
  DialectId,
  Extra,
  ModelRequest,
  Part,
  ResponseFormat,
  ServiceTier,
  ToolChoice,
  ToolDefinition,
  ToolResultPart,
  Turn,
} from '@postern/protocol';
import fc from 'fast-check';
import { encodeBase64Text } from '../media/base64-text.ts';

/** What a dialect can say without a change; other requests are put into an order first. */
export interface Encodable {
  readonly dialect: DialectId;
  readonly userPart: fc.Arbitrary<Part>;
  /** The words of an answer, without its calls. */
  readonly answer: fc.Arbitrary<readonly Part[]>;
  readonly resultContent: fc.Arbitrary<ToolResultPart['content']>;
  readonly resultIsError: fc.Arbitrary<boolean>;
  readonly inputJson: fc.Arbitrary<string>;
  /** Settings beside those that every dialect has. */
  readonly settings: fc.Arbitrary<Partial<ModelRequest>>;
  /** Those that may not stand beside a temperature. */
  readonly reasoning: fc.Arbitrary<Partial<ModelRequest>>;
  readonly extra: fc.Arbitrary<Extra>;
}

export const filledText: fc.Arbitrary<string> = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .map((text) => `${text}x`);

export const textPart: fc.Arbitrary<Part> = filledText.map((text) => ({ kind: 'text', text }));

export const base64Text: fc.Arbitrary<string> = filledText.map(encodeBase64Text);

/** JSON has no negative zero. */
const penalty = fc.double({ min: -2, max: 2, noNaN: true }).map((value) => value + 0);

export const chatSettings: fc.Arbitrary<Partial<ModelRequest>> = fc.record(
  {
    serviceTier: fc.constantFrom<ServiceTier>('auto', 'standard', 'flex', 'priority'),
    userId: filledText,
    metadata: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), filledText),
    seed: fc.integer(),
    presencePenalty: penalty,
    frequencyPenalty: penalty,
    logprobs: fc.integer({ min: 0, max: 20 }),
    responseFormat: fc.constantFrom<ResponseFormat>(
      { kind: 'json' },
      { kind: 'json-schema', name: 'n', schema: { type: 'object' } },
      {
        kind: 'json-schema',
        name: 'n',
        description: 'd',
        schema: { type: 'object' },
        strict: true,
      },
    ),
  },
  { requiredKeys: [] },
);

/** Requests that a dialect can say as they are, so that decoding what was encoded gives them back. */
export function arbitraryRequest(encodable: Encodable): fc.Arbitrary<ModelRequest> {
  return fc
    .record({
      system: fc.option(fc.array(textPart, { minLength: 1, maxLength: 3 }), { nil: undefined }),
      exchanges: fc.array(exchange(encodable), { maxLength: 4 }),
      last: fc.array(encodable.userPart, { minLength: 1, maxLength: 3 }),
      settings: settings(encodable),
    })
    .map(({ system, exchanges, last, settings: rest }) => ({
      ...rest,
      turns: [
        ...(system === undefined ? [] : [{ role: 'system', parts: system } as const]),
        ...turnsOf(exchanges, last),
      ],
    }));
}

interface Exchange {
  readonly question: readonly Part[];
  readonly answer: readonly Part[];
  readonly calls: readonly {
    readonly name: string;
    readonly inputJson: string;
    readonly content: ToolResultPart['content'];
    readonly isError: boolean;
  }[];
}

function exchange(encodable: Encodable): fc.Arbitrary<Exchange> {
  const call = fc.record({
    name: toolName,
    inputJson: encodable.inputJson,
    content: encodable.resultContent,
    isError: encodable.resultIsError,
  });
  return fc.record({
    question: fc.array(encodable.userPart, { minLength: 1, maxLength: 3 }),
    answer: encodable.answer,
    calls: fc.array(call, { maxLength: 3 }),
  });
}

const toolName = fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/);

/** Results of an answer's calls stand before the next question; ids are unique. */
function turnsOf(exchanges: readonly Exchange[], last: readonly Part[]): readonly Turn[] {
  const turns: Turn[] = [];
  let results: readonly ToolResultPart[] = [];
  exchanges.forEach(({ question, answer, calls }, at) => {
    turns.push({ role: 'user', parts: [...results, ...question] });
    const made = calls.map(
      ({ name, inputJson }, index) =>
        ({ kind: 'tool-call', callId: `call_${at}-${index}`, name, inputJson }) as const,
    );
    turns.push({ role: 'assistant', parts: [...answer, ...made] });
    results = calls.map(({ content, isError }, index) => ({
      kind: 'tool-result',
      callId: `call_${at}-${index}`,
      content,
      isError,
    }));
  });
  turns.push({ role: 'user', parts: [...results, ...last] });
  return turns;
}

function settings(encodable: Encodable): fc.Arbitrary<Omit<ModelRequest, 'turns'>> {
  const { extra, reasoning } = encodable;
  // OpenAI's reasoning models take no sampling but 1.
  const model = fc.constantFrom('claude-sonnet-4-5', 'gpt-4o', 'llama3');
  const sampling = fc.oneof(
    fc.constant({}),
    fc.record({ model, temperature: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ model, topP: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.constant({ model: 'o3', temperature: 1 }),
    reasoning,
  );
  return fc
    .tuple(
      fc.record({
        model: fc.constantFrom('claude-sonnet-4-5', 'gpt-4o', 'o3', 'llama3'),
        stream: fc.boolean(),
        maxOutputTokens: fc.integer({ min: 1, max: 60_000 }),
      }),
      sampling,
      fc.record(
        { stopSequences: fc.array(filledText, { minLength: 1, maxLength: 4 }) },
        { requiredKeys: [] },
      ),
      encodable.settings,
      tools(),
      fc.record({ extra }, { requiredKeys: [] }),
    )
    .map(([required, ...others]) =>
      others.reduce<Omit<ModelRequest, 'turns'>>((all, more) => ({ ...all, ...more }), required),
    );
}

function tools(): fc.Arbitrary<Partial<ModelRequest>> {
  const tool: fc.Arbitrary<ToolDefinition> = fc.record(
    {
      name: toolName,
      description: filledText,
      inputSchema: fc.constantFrom({ type: 'object', properties: {} }, { type: 'object' }),
      strict: fc.boolean(),
    },
    { requiredKeys: ['name', 'inputSchema'] },
  );
  const toolChoice: fc.Arbitrary<ToolChoice> = fc.oneof(
    fc.constantFrom<ToolChoice>({ kind: 'auto' }, { kind: 'required' }),
    fc.record({ kind: fc.constant('tool'), name: toolName }),
  );
  const chosen = fc.record(
    { toolChoice, parallelToolCalls: fc.constant(false) },
    { requiredKeys: ['toolChoice'] },
  );
  const choice = fc.oneof(
    fc.constant({}),
    fc.constant({ toolChoice: { kind: 'none' } as const }),
    chosen,
  );
  const withTools = fc
    .tuple(fc.array(tool, { minLength: 1, maxLength: 3 }), choice)
    .map(([list, chosenOne]) => ({ tools: list, ...chosenOne }));
  return fc.oneof(fc.constant({}), withTools);
}
