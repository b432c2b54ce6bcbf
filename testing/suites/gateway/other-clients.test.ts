import { startGateway, type RunningGateway } from '@postern/gateway/testing';
import {
  skipBecause,
  startFakeUpstream,
  whyNoPeer,
  type FakeReply,
  type FakeUpstream,
} from '@postern/testing';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PIXEL } from './official-clients.ts';

/*
 * The AI SDK and LangChain run a conversation of several steps through the gateway, with an upstream of each
 * dialect: an image, thinking, two tool calls at once, then one more, then the answer.
 */

/** One step as the client accumulated it. */
interface Step {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
  readonly stop: string;
  readonly input: number;
  readonly output: number;
}

interface Conversation {
  readonly client: string;
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly streamed: boolean;
  readonly question: { readonly system: string; readonly text: string; readonly png: string };
  readonly tools: readonly {
    readonly name: string;
    readonly description: string;
    readonly schema: object;
    readonly result: string;
  }[];
  readonly maxSteps: number;
}

interface Program {
  readonly converse: (conversation: Conversation) => Promise<readonly Step[]>;
}

interface Client {
  readonly name: string;
  readonly program: 'ai-sdk' | 'langchain';
  /** Whether the client has a field for thinking. */
  readonly hasThinking: boolean;
  /** Whether it gets the signature of a thinking, and sends it back. */
  readonly keepsSignatures: boolean;
  /**
   * Whether it adds the counts at the start of a stream to those at its end. At the start, the gateway has
   * only an estimate of the prompt of a provider that counts at the end.
   */
  readonly addsUsage?: boolean;
  /** What it sends that OpenAI's description doesn't allow: an image without its detail. */
  readonly invalid?: string;
  readonly stops: readonly [tools: string, end: string];
}

const AI_SDK = { program: 'ai-sdk', stops: ['tool-calls', 'stop'] } as const;
const LANGCHAIN = { program: 'langchain' } as const;
const CLIENTS: readonly Client[] = [
  { ...AI_SDK, name: 'anthropic', hasThinking: true, keepsSignatures: true },
  {
    ...AI_SDK,
    name: 'openai',
    hasThinking: true,
    keepsSignatures: true,
    invalid: 'body.input.1: ',
  },
  { ...AI_SDK, name: 'openai.chat', hasThinking: false, keepsSignatures: false },
  { ...AI_SDK, name: 'openai-compatible', hasThinking: true, keepsSignatures: false },
  {
    ...LANGCHAIN,
    name: 'ChatAnthropic',
    hasThinking: true,
    keepsSignatures: true,
    addsUsage: true,
    stops: ['tool_use', 'end_turn'],
  },
  {
    ...LANGCHAIN,
    name: 'ChatOpenAI',
    hasThinking: false,
    keepsSignatures: false,
    stops: ['tool_calls', 'stop'],
  },
  {
    ...LANGCHAIN,
    name: 'ChatOpenAI with Responses',
    hasThinking: true,
    keepsSignatures: true,
    invalid: 'body.input.1: ',
    stops: ['completed', 'completed'],
  },
];

const DIALECTS = ['anthropic-messages', 'openai-chat', 'openai-responses'] as const;

const skip = skipBecause(
  'the AI SDK and LangChain through the gateway',
  whyNoPeer('ai') ?? whyNoPeer('@langchain/openai'),
);

let upstream: FakeUpstream;
let running: RunningGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream({ checksDescription: true });
  const { baseUrls } = upstream;
  const endpoints = Object.fromEntries(
    DIALECTS.map((dialect) => [`only-${dialect}`, { dialect, baseUrl: baseUrls[dialect] }]),
  );
  running = await startGateway({ baseUrls, endpoints });
});

beforeEach(() => {
  upstream.reset();
});

afterAll(async () => {
  await running.close();
  await upstream.close();
});

async function loadProgram(name: Client['program']): Promise<Program> {
  const path = join(import.meta.dirname, '..', '..', 'peers', `${name}.mjs`);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- its packages aren't always installed, so it has no types
  return (await import(path)) as Program;
}

const TEXT = 'Grüße, 世界! 😀 A "quoted" \\ back\nline';
const SIGNATURE = 'c2lnbmVk';
const counts = { inputTokens: 21, outputTokens: 34 };
const thinking = (text: string) => ({ kind: 'thinking', text, signature: SIGNATURE }) as const;
const replies: readonly FakeReply[] = [
  {
    kind: 'answer',
    parts: [
      thinking('Let me see.'),
      { kind: 'text', text: TEXT },
      { kind: 'tool-call', id: 'call_1', name: 'weather', input: { city: 'Zürich "HB"' } },
      { kind: 'tool-call', id: 'call_2', name: 'clock', input: {} },
    ],
    ...counts,
  },
  {
    kind: 'answer',
    parts: [
      thinking('And there?'),
      { kind: 'tool-call', id: 'call_3', name: 'weather', input: { city: 'Bern' } },
    ],
    ...counts,
  },
  { kind: 'answer', parts: [{ kind: 'text', text: 'Sunny, at noon.' }], ...counts },
];

const conversation: Pick<Conversation, 'question' | 'tools' | 'maxSteps'> = {
  question: { system: 'Be brief.', text: 'What is the weather, and the time?', png: PIXEL },
  tools: [
    {
      name: 'weather',
      description: 'The weather in a city',
      schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      result: 'sun everywhere',
    },
    {
      name: 'clock',
      description: 'The time',
      schema: { type: 'object', properties: {} },
      result: 'noon sharp',
    },
  ],
  maxSteps: 5,
};

const MATRIX = CLIENTS.flatMap((client) =>
  DIALECTS.flatMap((to) =>
    [false, true].map((streamed) => ({
      client,
      to,
      streamed,
      name: `${client.program} ${client.name} to ${to}, ${streamed ? 'streamed' : 'whole'}`,
    })),
  ),
);

describe.skipIf(skip)('a conversation of three steps', () => {
  it.each(MATRIX)('$name', async ({ client, to, streamed }) => {
    const { converse } = await loadProgram(client.program);
    upstream.next(...replies.map((reply) => ({ ...reply, chunking: { bytes: 7 } })));
    const steps = await converse({
      ...conversation,
      client: client.name,
      url: running.url,
      key: running.key,
      model: `only-${to}/some-model`,
      streamed,
    });
    expect(
      upstream.violations.filter(
        ({ message }) => client.invalid === undefined || !message.startsWith(client.invalid),
      ),
    ).toEqual([]);
    const [tools, end] = client.stops;
    const thoughts = (text: string): string => (client.hasThinking ? text : '');
    const counted: unknown = expect.any(Number);
    const isSum = streamed && client.addsUsage === true;
    const used = isSum ? { input: counted, output: counted } : { input: 21, output: 34 };
    expect(steps).toEqual([
      {
        text: TEXT,
        thinking: thoughts('Let me see.'),
        calls: [
          { name: 'weather', input: { city: 'Zürich "HB"' } },
          { name: 'clock', input: {} },
        ],
        stop: tools,
        ...used,
      },
      {
        text: '',
        thinking: thoughts('And there?'),
        calls: [{ name: 'weather', input: { city: 'Bern' } }],
        stop: tools,
        ...used,
      },
      { text: 'Sunny, at noon.', thinking: '', calls: [], stop: end, ...used },
    ]);
    expect(upstream.requests).toHaveLength(3);
    const sent = (await upstream.request(2)).body.toString();
    for (const text of ['call_1', 'call_2', 'call_3', 'noon sharp', PIXEL]) {
      expect(sent).toContain(text);
    }
    expect(sent.split('sun everywhere')).toHaveLength(3);
    if (to === 'anthropic-messages' && client.keepsSignatures) {
      expect(sent.split(`"signature":"${SIGNATURE}"`)).toHaveLength(3);
    }
  });
});
