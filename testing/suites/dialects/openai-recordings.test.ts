import { DIALECTS } from '@postern/dialects';
import { expectOk, parseJson } from '@postern/kernel';
import type { Part } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { decodeChunks, fold, wholeOf } from './decode-bytes.ts';
import { framed, recordings, wholeAnswers, type Recording } from './recordings.ts';

const OPENAI = 'openai-chat';
const dialect = DIALECTS[OPENAI];
const META = { createdAtMs: 0 };

interface Message {
  readonly content?: string | null;
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
  readonly refusal?: string | null;
  readonly annotations?: readonly unknown[];
  readonly tool_calls?: readonly {
    readonly index?: number;
    readonly id?: string;
    readonly function: { readonly name?: string; readonly arguments?: string };
  }[];
}

interface Completion {
  readonly id: string;
  readonly model: string;
  readonly choices: readonly {
    readonly finish_reason?: string | null;
    readonly delta?: Message;
    readonly message?: Message;
    readonly logprobs?: unknown;
  }[];
  readonly usage?: Readonly<Record<string, unknown>> | null;
}

interface WireCall {
  readonly id: string;
  readonly name: string;
  readonly json: string;
}

/** Joins the deltas of a choice in the simplest way. */
function concatenated({ events }: Recording): {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly WireCall[];
  readonly finishReason: string | undefined;
} {
  const choices = events.flatMap((event) => parsed(event).choices);
  const deltas = choices.map(({ delta = {} }) => delta);
  return {
    text: deltas.map(({ content }) => content ?? '').join(''),
    reasoning: deltas.map((delta) => delta.reasoning_content ?? delta.reasoning ?? '').join(''),
    calls: concatenatedCalls(deltas),
    finishReason:
      choices.findLast((choice) => typeof choice.finish_reason === 'string')?.finish_reason ??
      undefined,
  };
}

function concatenatedCalls(deltas: readonly Message[]): readonly WireCall[] {
  const calls = new Map<number, WireCall>();
  const pieces = deltas.flatMap(({ tool_calls }) => tool_calls ?? []);
  for (const { index = 0, id = '', function: called } of pieces) {
    const call = calls.get(index) ?? { id: '', name: '', json: '' };
    calls.set(index, {
      id: call.id + id,
      name: call.name + (called.name ?? ''),
      json: call.json + (called.arguments ?? ''),
    });
  }
  return [...calls.values()];
}

function parsed(json: string): Completion {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- recordings are trusted to be completions
  return JSON.parse(json) as Completion;
}

function joined(parts: readonly Part[], kind: 'text' | 'thinking'): string {
  return parts.map((part) => (part.kind === kind ? part.text : '')).join('');
}

/** The text of a whole answer. Servers differ in how they write a missing text. */
function said(message: Message | undefined): Record<string, unknown> {
  const calls = message?.tool_calls ?? [];
  return {
    content: message?.content ?? '',
    reasoning: message?.reasoning ?? '',
    reasoningContent: message?.reasoning_content ?? '',
    refusal: message?.refusal ?? '',
    annotations: message?.annotations,
    calls: calls.map(({ id, function: called }) => ({ id, ...called })),
  };
}

describe('recordings of chat completions', () => {
  const streams = recordings().filter((recording) => recording.dialect === OPENAI);
  const answers = wholeAnswers().filter((answer) => answer.dialect === OPENAI);

  test('exist', () => {
    expect(streams.length).toBeGreaterThan(8);
    expect(answers.length).toBeGreaterThan(5);
  });

  test.each(streams)('$name: loses nothing from the stream', (recording) => {
    const folded = fold(decodeChunks(OPENAI, [framed(recording)]));
    const wire = concatenated(recording);
    const calls = folded.parts.filter((part) => part.kind === 'tool-call');
    expect(folded.failure).toBeUndefined();
    expect(joined(folded.parts, 'text')).toBe(wire.text);
    expect(joined(folded.parts, 'thinking')).toBe(wire.reasoning);
    expect(
      calls.map(({ callId, name, inputJson }) => ({ id: callId, name, json: inputJson })),
    ).toEqual(wire.calls);
    const encoded = dialect.encodeAnswer(wholeOf(folded), META).value;
    expect(parsed(JSON.stringify(encoded)).choices[0]?.finish_reason).toBe(wire.finishReason);
    expect(folded.usage.outputTokens).toBe(completionTokens(recording));
  });

  test.each(answers)('$name: decoding and encoding returns the whole answer', ({ body }) => {
    const answer = expectOk(dialect.decodeAnswer(expectOk(parseJson(body))));
    const encoded = parsed(JSON.stringify(dialect.encodeAnswer(answer, META).value));
    const { choices, usage, ...beside } = parsed(body);
    const { message, ...choice } = choices[0] ?? {};
    const { message: encodedMessage, ...encodedChoice } = encoded.choices[0] ?? {};
    expect(encoded).toMatchObject(beside);
    expect(encodedChoice).toEqual(choice);
    expect(said(encodedMessage)).toEqual(said(message));
    expect(encoded.usage).toMatchObject(withAllOutput(usage ?? {}));
    expect(dialect.decodeAnswer(expectOk(parseJson(JSON.stringify(encoded))))).toEqual({
      ok: true,
      value: answer,
    });
  });
});

/** xAI leaves reasoning tokens out of `completion_tokens`; all others include them. */
function withAllOutput(usage: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    ...usage,
    completion_tokens: Number(usage['total_tokens']) - Number(usage['prompt_tokens']),
  };
}

function completionTokens(recording: Recording): number | undefined {
  const usages = recording.events.map((event) => parsed(event).usage ?? undefined);
  const usage = usages.findLast((value) => value !== undefined);
  return usage && Number(withAllOutput(usage)['completion_tokens']);
}
