import { describe, expect, it } from 'vitest';
import {
  formsIn,
  JSON_TYPE,
  KEY,
  lyingWorld,
  STREAM_HEAD,
  wholeResponse,
  type Pieces,
} from '../testing/lying-world.ts';

/* A translation decodes the answer, so a key may be in it that was not in its bytes. */

const RESPONSES = '/v1/responses';
const world = lyingWorld({
  routing: {
    models: {
      fast: [
        ['lab/m', { priority: 1 }],
        ['anthropic/m', { priority: 2 }],
      ],
    },
    retries: { attempts: 2, baseDelayMs: 1, maxDelayMs: 50 },
  },
});

async function told(path: string, answers: readonly Pieces[], changes: object): Promise<string> {
  const messages = [{ role: 'user', content: 'hi' }];
  const question = path === RESPONSES ? { input: 'hi' } : { messages, max_tokens: 5 };
  return await world.told(path, answers, { ...question, ...changes });
}

/** `s` → `\\u0073`: as no encoder writes it. */
const escaped = (text: string): string =>
  text.replaceAll(/[^]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);
const MARK = '@key@';
/** JSON with the key for the mark, every letter escaped. */
const jsonOf = (value: object): string => JSON.stringify(value).replaceAll(MARK, escaped(KEY));
const event = (value: object): string =>
  `event: ${'type' in value ? String(value.type) : 'x'}\ndata: ${jsonOf(value)}\n\n`;

const USAGE = {
  input_tokens: 1,
  output_tokens: 1,
  prompt_tokens: 1,
  completion_tokens: 1,
  odd: MARK,
};
const CHAT_CALL = {
  id: `c${MARK}`,
  type: 'function',
  function: { name: `n${MARK}`, arguments: `{"a":"${MARK}"}` },
  odd: MARK,
};
const CHAT_MESSAGE = {
  role: 'assistant',
  content: `a ${MARK} b`,
  reasoning_content: MARK,
  refusal: MARK,
  annotations: [{ type: 'url_citation', url_citation: { url: `https://x.test/${MARK}` } }],
  tool_calls: [CHAT_CALL],
  [`odd${MARK}`]: MARK,
};
const chatOf = (choice: object): object => ({
  id: `i${MARK}`,
  model: `m${MARK}`,
  system_fingerprint: MARK,
  choices: [{ index: 0, finish_reason: null, ...choice }],
  usage: USAGE,
});
const BLOCKS = [
  { type: 'thinking', thinking: MARK, signature: MARK },
  { type: 'redacted_thinking', data: MARK },
  { type: 'text', text: `a ${MARK} b`, citations: [{ type: 'char_location', cited_text: MARK }] },
  { type: 'tool_use', id: `c${MARK}`, name: `n${MARK}`, input: { [`a${MARK}`]: MARK } },
  { type: `odd${MARK}`, value: MARK },
];
const messageOf = (content: readonly object[]): object => ({
  type: 'message',
  role: 'assistant',
  id: `i${MARK}`,
  model: `m${MARK}`,
  content,
  stop_reason: 'stop_sequence',
  stop_sequence: MARK,
  usage: USAGE,
  [`odd${MARK}`]: MARK,
});

/** Deltas of one text, which say the key together. */
const SPLIT = ['a sk-', 'upstream-key', '-of-the-t', 'est b'];
const chatDelta = (delta: object): string => event(chatOf({ delta }));
const CHAT_SPLIT = [
  ...SPLIT.map((text) => chatDelta({ reasoning_content: text })),
  ...SPLIT.map((text) => chatDelta({ content: text })),
  ...SPLIT.map((text) =>
    chatDelta({ tool_calls: [{ index: 0, id: 'c', function: { name: 'n', arguments: text } }] }),
  ),
  event(chatOf({ delta: {}, finish_reason: 'stop' })),
  'data: [DONE]\n\n',
].join('');
const blockOf = (index: number, block: object, deltas: readonly object[]): string =>
  [
    event({ type: 'content_block_start', index, content_block: block }),
    ...deltas.map((delta) => event({ type: 'content_block_delta', index, delta })),
    event({ type: 'content_block_stop', index }),
  ].join('');
const streamOf = (blocks: string): string =>
  [
    event({ type: 'message_start', message: messageOf([]) }),
    blocks,
    event({
      type: 'message_delta',
      delta: { stop_reason: 'stop_sequence', stop_sequence: MARK },
      usage: USAGE,
    }),
    event({ type: 'message_stop' }),
  ].join('');
const MESSAGES_SPLIT = streamOf(
  [
    blockOf(0, { type: 'thinking', thinking: '' }, [
      ...SPLIT.map((thinking) => ({ type: 'thinking_delta', thinking })),
      ...SPLIT.map((signature) => ({ type: 'signature_delta', signature })),
    ]),
    blockOf(
      1,
      { type: 'text', text: '' },
      SPLIT.map((text) => ({ type: 'text_delta', text })),
    ),
    blockOf(
      2,
      { type: 'tool_use', id: 'c', name: 'n', input: {} },
      SPLIT.map((partial_json) => ({ type: 'input_json_delta', partial_json })),
    ),
  ].join(''),
);

const ANSWERS: Readonly<Record<'lab' | 'anthropic', Readonly<Record<string, Pieces>>>> = {
  lab: {
    'a whole answer': [
      wholeResponse(
        '200 OK',
        [JSON_TYPE],
        jsonOf(chatOf({ message: CHAT_MESSAGE, finish_reason: 'stop' })),
      ),
    ],
    'a stream': [
      STREAM_HEAD,
      event(chatOf({ delta: CHAT_MESSAGE })),
      event(chatOf({ delta: {}, finish_reason: 'stop' })),
      'data: [DONE]\n\n',
    ],
    'deltas of a stream': [STREAM_HEAD, CHAT_SPLIT],
    'a stream that fails': [
      STREAM_HEAD,
      chatDelta({ content: 'a' }),
      event({ error: { message: MARK, type: MARK, code: MARK } }),
    ],
    'an error': [
      wholeResponse(
        '400 Odd',
        [JSON_TYPE],
        jsonOf({ error: { message: MARK, type: MARK, code: MARK, param: MARK } }),
      ),
    ],
    'an error with status 200': [
      wholeResponse('200 OK', [JSON_TYPE], jsonOf({ error: { message: MARK, type: MARK } })),
    ],
  },
  anthropic: {
    'a whole answer': [wholeResponse('200 OK', [JSON_TYPE], jsonOf(messageOf(BLOCKS)))],
    'a stream': [STREAM_HEAD, streamOf(BLOCKS.map((block, at) => blockOf(at, block, [])).join(''))],
    'deltas of a stream': [STREAM_HEAD, MESSAGES_SPLIT],
    'a stream that fails': [
      STREAM_HEAD,
      event({ type: 'message_start', message: messageOf([]) }),
      blockOf(0, { type: 'text', text: 'a' }, []),
      event({ type: 'error', error: { type: MARK, message: MARK } }),
    ],
    'an error': [
      wholeResponse(
        '400 Odd',
        [JSON_TYPE],
        jsonOf({ type: 'error', error: { type: MARK, message: MARK } }),
      ),
    ],
    'an error with status 200': [
      wholeResponse(
        '200 OK',
        [JSON_TYPE],
        jsonOf({ type: 'error', error: { type: MARK, message: MARK } }),
      ),
    ],
  },
};

/** Every text of the answer's JSON, decoded, and all of the same field one after the other. */
function decodedTexts(text: string): readonly string[] {
  const body = text.slice(text.indexOf('\r\n\r\n'));
  const found: string[] = [];
  const joined = new Map<string, string>();
  const read = (key: string, value: unknown): unknown => {
    found.push(key);
    if (typeof value !== 'string') return value;
    found.push(value);
    joined.set(key, (joined.get(key) ?? '') + value);
    return value;
  };
  for (const [, json = ''] of body.matchAll(/^(?:data: )?(\{.*\})\r?$/gm)) JSON.parse(json, read);
  return [...found, ...joined.values()];
}

describe.each([
  ['/v1/messages', 'lab'],
  [RESPONSES, 'lab'],
  ['/v1/chat/completions', 'anthropic'],
  [RESPONSES, 'anthropic'],
] as const)('at %s, translated from %s, the key does not come out', (path, provider) => {
  const rows = Object.entries(ANSWERS[provider]).flatMap(([name, pieces]) =>
    [false, true].map((stream) => [name, stream, pieces] as const),
  );

  it.each(rows)('of %s, streamed: %s', async (_name, stream, pieces) => {
    const text = await told(path, [pieces], { model: `${provider}/m`, stream });
    const texts = decodedTexts(text);
    expect(texts.length).toBeGreaterThan(3);
    expect(text).toMatch(/\*{12}|\[secret\]/);
    expect(formsIn(text)).toEqual([]);
    expect(texts.filter((decoded) => formsIn(decoded).length > 0)).toEqual([]);
  });

  it('of the second attempt', async () => {
    const busy = [wholeResponse('503 Odd', [`retry-after: ${KEY}`], KEY)];
    const stream = ANSWERS.anthropic['deltas of a stream'] ?? [];
    const text = await told(path, [busy, stream], { model: 'fast', stream: true });
    expect(text).toContain('*'.repeat(12));
    expect([text, ...decodedTexts(text)].filter((part) => formsIn(part).length > 0)).toEqual([]);
  });
});
