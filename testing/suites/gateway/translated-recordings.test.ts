import Anthropic from '@anthropic-ai/sdk';
import { DIALECTS as WIRES } from '@postern/dialects';
import { startGateway, type RunningGateway } from '@postern/gateway/testing';
import { startFakeUpstream, type FakeDialect, type FakeUpstream } from '@postern/testing';
import fc from 'fast-check';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeChunks, fold } from '../dialects/decode-bytes.ts';
import { framed, recordings, responsesRecordings, type Recording } from '../dialects/recordings.ts';

/*
 * Every recorded stream, sent by an upstream in pieces of any size and translated for the official client of
 * every dialect. The client accumulates the content that the recording has.
 */

const DIALECTS = ['anthropic-messages', 'openai-chat', 'openai-responses'] as const;
const QUESTION = [{ role: 'user' as const, content: 'question' }];
/** Of the many chunkings of many recordings, so many are tried for each recording and client. */
const CHUNKINGS = 2;

let upstream: FakeUpstream;
let running: RunningGateway;
let anthropic: Anthropic;
let openai: OpenAI;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const { baseUrls } = upstream;
  const endpoints = Object.fromEntries(
    DIALECTS.map((dialect) => [`only-${dialect}`, { dialect, baseUrl: baseUrls[dialect] }]),
  );
  running = await startGateway({ baseUrls, endpoints });
  anthropic = new Anthropic({ baseURL: running.url, apiKey: running.key, maxRetries: 0 });
  openai = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: running.key, maxRetries: 0 });
});

beforeEach(() => {
  upstream.reset();
});

afterAll(async () => {
  await running.close();
  await upstream.close();
});

interface Content {
  readonly text: string;
  readonly calls: readonly (readonly [name: string, input: unknown])[];
}

const CLIENTS: Readonly<Record<FakeDialect, (model: string) => Promise<Content>>> = {
  'anthropic-messages': async (model) => {
    const request = { model, max_tokens: 64, messages: QUESTION };
    const { content } = await anthropic.messages.stream(request).finalMessage();
    return {
      text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
      calls: content.flatMap((block) =>
        block.type === 'tool_use' ? [[block.name, block.input] as const] : [],
      ),
    };
  },
  'openai-chat': async (model) => {
    const stream = openai.chat.completions.stream({ model, messages: QUESTION });
    const { content, refusal, tool_calls = [] } = await stream.finalMessage();
    return {
      text: (content ?? '') + (refusal ?? ''),
      calls: tool_calls.flatMap((call) =>
        call.type === 'function' ? [[call.function.name, inputOf(call.function.arguments)]] : [],
      ),
    };
  },
  'openai-responses': async (model) => {
    const stream = openai.responses.stream({ model, store: false, input: 'question' });
    const { output } = await stream.finalResponse();
    return {
      text: output
        .flatMap((item) => (item.type === 'message' ? item.content : []))
        .map((part) => (part.type === 'output_text' ? part.text : part.refusal))
        .join(''),
      calls: output.flatMap((item) => {
        if (item.type === 'custom_tool_call') return [[item.name, { input: item.input }]];
        return item.type === 'function_call' ? [[item.name, inputOf(item.arguments)]] : [];
      }),
    };
  },
};

/** Arguments that a length limit cut off aren't JSON. */
function inputOf(json: string): unknown {
  try {
    return JSON.parse(json === '' ? '{}' : json);
  } catch {
    return json;
  }
}

/** The name by which a client that sent no tools gets the call of one, such as one in a namespace. */
function wireName(name: string, client: FakeDialect): string {
  const request = { model: 'm', turns: [], stream: false, tools: [{ name, inputSchema: {} }] };
  const [changed] = WIRES[client].toolNames(request).keys();
  return changed ?? name;
}

/** What the recording holds, decoded at once. */
function contentOf({ dialect, ...recording }: Recording, client: FakeDialect): Content {
  const { parts } = fold(decodeChunks(dialect, [framed({ dialect, ...recording })]));
  const texts = parts.map((part, index) => {
    if (part.kind !== 'text' && part.kind !== 'refusal') return '';
    // A chat completion has one text. What stood between two texts isn't in it, and a blank line is.
    const isFirst = !parts.slice(0, index).some(({ kind }) => kind === 'text');
    const isApart = parts[index - 1]?.kind !== 'text' && !isFirst && part.text !== '';
    return client === 'openai-chat' && isApart ? `\n\n${part.text}` : part.text;
  });
  return {
    text: texts.join(''),
    calls: parts.flatMap((part) =>
      part.kind === 'tool-call' ? [[wireName(part.name, client), inputOf(part.inputJson)]] : [],
    ),
  };
}

/** Sizes of the pieces: one byte at a time for short recordings, and any other. */
function pieceSizes(length: number): fc.Arbitrary<number> {
  const smallest = Math.max(1, Math.ceil(length / 2000));
  return fc.oneof(
    fc.constant(smallest),
    fc.integer({ min: smallest, max: Math.min(length, 4096) }),
  );
}

const RECORDINGS = [...recordings(), ...responsesRecordings()];

describe.each(DIALECTS)('recorded streams, translated for the client of %s', (dialect) => {
  it.each(RECORDINGS.filter((recording) => recording.dialect !== dialect))(
    '$name',
    { timeout: 60_000 },
    async (recording) => {
      const body = framed(recording);
      const expected = contentOf(recording, dialect);
      await fc.assert(
        fc.asyncProperty(pieceSizes(body.length), async (bytes) => {
          const contentType = 'text/event-stream';
          upstream.next({ kind: 'raw', status: 200, contentType, body, chunking: { bytes } });
          expect(await CLIENTS[dialect](`only-${recording.dialect}/m`)).toEqual(expected);
        }),
        { numRuns: CHUNKINGS },
      );
      expect(running.entries.at(-1)).toMatchObject({ status: 200, ending: 'complete' });
    },
  );
});
