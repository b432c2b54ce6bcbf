import Anthropic from '@anthropic-ai/sdk';
import { DIALECTS } from '@postern/dialects';
import type { AnswerEvent, DialectId } from '@postern/protocol';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { decodeChunks, fold, wholeOf } from './decode-bytes.ts';
import { framed, recordings, type Recording } from './recordings.ts';

/*
 * Every recorded stream, translated into both dialects as a stream, must give the official client
 * of that dialect the same result as the answer translated as a whole.
 */

const META = { createdAtMs: 0 };
const QUESTION = [{ role: 'user' as const, content: 'question' }];
const CLIENT = { apiKey: 'none', baseURL: 'http://127.0.0.1:1', maxRetries: 0 };

function streamIn(to: DialectId, from: DialectId, events: readonly AnswerEvent[]): string {
  const encoder = DIALECTS[to].answerEncoder({ ...META, from, includeUsage: true });
  return events.map((event) => encoder.push(event) + encoder.ping()).join('');
}

const fetching = (stream: string) => (): Promise<Response> =>
  Promise.resolve(new Response(stream, { headers: { 'content-type': 'text/event-stream' } }));

async function readByAnthropic(stream: string): Promise<unknown> {
  const client = new Anthropic({ ...CLIENT, fetch: fetching(stream) });
  const request = { model: 'any', max_tokens: 1, messages: QUESTION };
  return jsonOf(await client.beta.messages.stream(request).finalMessage());
}

async function readByOpenai(stream: string): Promise<unknown> {
  const client = new OpenAI({ ...CLIENT, fetch: fetching(stream) });
  const request = { model: 'any', messages: QUESTION };
  return jsonOf(await client.chat.completions.stream(request).finalChatCompletion());
}

function jsonOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('recorded streams, translated as streams', () => {
  const streams = recordings();

  test.each(streams)('$name: to an Anthropic client', async (recording) => {
    const { events, whole } = decode(recording);
    const stream = streamIn('anthropic-messages', recording.dialect, events);
    const { id, content, stop_reason, usage } = DIALECTS['anthropic-messages'].encodeAnswer(
      whole,
      META,
    ).value;
    expect(await readByAnthropic(stream)).toMatchObject({
      ...{ id, content, stop_reason },
      ...(recording.dialect === 'openai-chat' && { usage }),
    });
  });

  test.each(streams)('$name: to an OpenAI client', async (recording) => {
    const { events, whole } = decode(recording);
    const stream = streamIn('openai-chat', recording.dialect, events);
    const { id, choices, usage } = DIALECTS['openai-chat'].encodeAnswer(whole, META).value;
    const choice = firstChoice({ choices });
    const { reasoning_content, reasoning, reasoning_details, ...message } = choice.message;
    const read = await readByOpenai(stream);
    expect(read).toMatchObject({
      id,
      usage,
      choices: [
        {
          finish_reason: choice.finish_reason,
          message: { ...message, content: message.content ?? '' },
        },
      ],
    });
    expect(stream).toContain('data: [DONE]');
    expect(reasoningIn(stream)).toBe((reasoning_content ?? '') + (reasoning ?? ''));
    expect(firstChoice(read).message.reasoning_details).toEqual(reasoning_details);
  });
});

interface Message {
  readonly content: string | null;
  readonly reasoning_content?: string;
  readonly reasoning?: string;
  readonly reasoning_details?: unknown;
}

interface Choice {
  readonly finish_reason: string;
  readonly message: Message;
}

function firstChoice(completion: unknown): Choice {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the shape is what is tested
  return (completion as { readonly choices: readonly [Choice] }).choices[0];
}

function decode(recording: Recording): {
  readonly events: readonly AnswerEvent[];
  readonly whole: ReturnType<typeof wholeOf>;
} {
  const events = decodeChunks(recording.dialect, [framed(recording)]);
  return { events, whole: wholeOf(fold(events)) };
}

/** The SDK keeps only the last delta of a field that it doesn't know. */
function reasoningIn(stream: string): string {
  const pieces = stream.matchAll(/"reasoning(?:_content)?":("(?:[^"\\]|\\.)*")/g);
  return Array.from(pieces, ([, json]) => String(JSON.parse(json ?? '""'))).join('');
}
