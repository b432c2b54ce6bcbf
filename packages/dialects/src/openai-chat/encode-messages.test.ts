import { expectOk, type JsonObject, type JsonValue } from '@postern/kernel';
import type { ModelRequest, Part, ToolResultPart, Turn } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { assistant, call, result, system, text, user } from '../testing/turns.ts';
import { MISSING_RESULT } from '../turns/arrange-turns.ts';
import { openaiChat } from './dialect.ts';

function request(turns: readonly Turn[]): ModelRequest {
  return { model: 'gpt-4o', turns, stream: false };
}

function messagesOf(turns: readonly Turn[]): JsonValue | undefined {
  return expectOk(openaiChat.encodeRequest(request(turns))).value['messages'];
}

const asked: JsonObject = { role: 'user', content: 'q' };
const tool = (id: string, content = 'r'): JsonObject => ({
  role: 'tool',
  tool_call_id: id,
  content,
});
const toolCall = (id: string, inputJson: string): JsonObject => ({
  id,
  type: 'function',
  function: { name: 'look', arguments: inputJson },
});
const called = (content: string | null, ...ids: string[]): JsonObject => ({
  role: 'assistant',
  content,
  tool_calls: ids.map((id) => toolCall(id, '{}')),
});
const UNUSUAL_KEYS = ' {"__proto__": {"constructor": {"prototype": 1}}}';
const image: Part = {
  kind: 'image',
  source: { kind: 'base64', mediaType: 'image/png', data: 'AA' },
};
const wireImage: JsonObject = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } };
const reasoned = (field: string): Part => ({
  kind: 'thinking',
  text: 'hm',
  extra: { dialect: 'openai-chat', fields: { field } },
});
const withContent = (...content: ToolResultPart['content'][number][]): Part => ({
  ...result('c1'),
  content,
});

const ROWS: readonly (readonly [
  name: string,
  turns: readonly Turn[],
  messages: readonly JsonObject[],
])[] = [
  [
    'no block of a system turn is lost, and the first is its own',
    [system(text('attribution'), text('rules')), user(text('q'))],
    [
      {
        role: 'system',
        content: [
          { type: 'text', text: 'attribution' },
          { type: 'text', text: 'rules' },
        ],
      },
      asked,
    ],
  ],
  [
    'a system turn in the middle stays there',
    [user(text('q')), assistant(text('a')), system(text('s')), user(text('q'))],
    [asked, { role: 'assistant', content: 'a' }, { role: 'system', content: 's' }, asked],
  ],
  [
    'text and calls are one message, {} is "{}"',
    [
      user(text('q')),
      assistant(text('I '), text('look'), call('c1', ''), call('c2')),
      user(result('c1'), result('c2')),
    ],
    [asked, called('I look', 'c1', 'c2'), tool('c1'), tool('c2')],
  ],
  [
    'without text the content is null',
    [user(text('q')), assistant(call('c1')), user(result('c1'))],
    [asked, called(null, 'c1'), tool('c1')],
  ],
  [
    'arguments that were cut off are none',
    [user(text('q')), assistant(call('c1', '{"a":')), user(result('c1'))],
    [asked, called(null, 'c1'), tool('c1')],
  ],
  [
    'arguments are a text, whatever their keys',
    [user(text('q')), assistant(call('c1', UNUSUAL_KEYS)), user(result('c1'))],
    [
      asked,
      { role: 'assistant', content: null, tool_calls: [toolCall('c1', UNUSUAL_KEYS)] },
      tool('c1'),
    ],
  ],
  [
    'results are right behind the answer, then the rest',
    [
      user(text('q')),
      assistant(call('c1')),
      system(text('s')),
      user(text('hm'), image, result('c1')),
    ],
    [
      asked,
      called(null, 'c1'),
      tool('c1'),
      { role: 'system', content: 's' },
      { role: 'user', content: [{ type: 'text', text: 'hm' }, wireImage] },
    ],
  ],
  [
    'texts of a result are joined, a missing one is empty',
    [
      user(text('q')),
      assistant(call('c1'), call('c2')),
      user(withContent({ kind: 'text', text: 'a' }, { kind: 'text', text: 'b' }), result('c2', '')),
    ],
    [asked, called(null, 'c1', 'c2'), tool('c1', 'a\nb'), tool('c2', '')],
  ],
  [
    'an image of a result opens the next user message',
    [
      user(text('q')),
      assistant(call('c1')),
      user(withContent({ kind: 'text', text: 'seen' }, image), text('and?')),
    ],
    [
      asked,
      called(null, 'c1'),
      tool('c1', 'seen'),
      {
        role: 'user',
        content: [
          { type: 'text', text: 'From the result of the tool call c1:' },
          wireImage,
          { type: 'text', text: 'and?' },
        ],
      },
    ],
  ],
  [
    'or a message of its own',
    [user(text('q')), assistant(call('c1')), user(withContent(image))],
    [
      asked,
      called(null, 'c1'),
      tool('c1', ''),
      {
        role: 'user',
        content: [{ type: 'text', text: 'From the result of the tool call c1:' }, wireImage],
      },
    ],
  ],
  [
    "another dialect's block of a result goes as its JSON",
    [
      user(text('q')),
      assistant(call('c1')),
      user(
        withContent({
          kind: 'opaque',
          dialect: 'anthropic-messages',
          value: { type: 'search_result' },
        }),
      ),
    ],
    [asked, called(null, 'c1'), tool('c1', '{"type":"search_result"}')],
  ],
  [
    'an error says so',
    [user(text('q')), assistant(call('c1')), user({ ...result('c1', 'no file'), isError: true })],
    [asked, called(null, 'c1'), tool('c1', 'Error: no file')],
  ],
  [
    'a call that was never answered is answered by an error',
    [user(text('q')), assistant(call('c1')), user(text('q'))],
    [asked, called(null, 'c1'), tool('c1', `Error: ${MISSING_RESULT}`), asked],
  ],
  [
    'signed and hidden thinking is not sent, least of all as text',
    [
      user(text('q')),
      assistant(
        { kind: 'thinking', text: 'hm', signature: 's' },
        { kind: 'redacted-thinking', data: 'd' },
        text('a'),
      ),
      user(text('q')),
    ],
    [asked, { role: 'assistant', content: 'a' }, asked],
  ],
  [
    'reasoning goes back under its own name while its tools are at work',
    [user(text('q')), assistant(reasoned('reasoning'), call('c1')), user(result('c1'))],
    [asked, { ...called(null, 'c1'), reasoning: 'hm' }, tool('c1')],
  ],
  [
    'and no longer behind the next question',
    [
      user(text('q')),
      assistant(reasoned('reasoning_content'), call('c1')),
      user(result('c1'), text('q')),
    ],
    [asked, called(null, 'c1'), tool('c1'), asked],
  ],
  [
    'texts that stood apart stay apart',
    [
      user(text('q')),
      assistant(
        text('a'),
        { kind: 'thinking', text: 't', signature: 's' },
        text('b'),
        call('c1'),
        text('c'),
      ),
      user(result('c1')),
    ],
    [asked, called('a\n\nb\n\nc', 'c1'), tool('c1')],
  ],
  [
    'ids that are too long or strange are mapped, alike in call and result',
    [user(text('q')), assistant(call('a:0')), user(result('a:0'))],
    [asked, called(null, 'pid_a-3a-0'), tool('pid_a-3a-0')],
  ],
  [
    'a refusal has its field',
    [user(text('q')), assistant({ kind: 'refusal', text: 'No.' }), user(text('q'))],
    [asked, { role: 'assistant', content: null, refusal: 'No.' }, asked],
  ],
  ['an image', [user(image)], [{ role: 'user', content: [wireImage] }]],
  [
    'an image by address',
    [user({ kind: 'image', source: { kind: 'url', url: 'https://e.org/a.png' } })],
    [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://e.org/a.png' } }] }],
  ],
  [
    'a PDF',
    [user({ kind: 'file', source: { kind: 'base64', mediaType: 'application/pdf', data: 'AA' } })],
    [
      {
        role: 'user',
        content: [
          {
            type: 'file',
            file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,AA' },
          },
        ],
      },
    ],
  ],
  [
    'a text file',
    [
      user({
        kind: 'file',
        source: { kind: 'base64', mediaType: 'text/csv', data: 'YQ==' },
        name: 'a.csv',
      }),
    ],
    [{ role: 'user', content: [{ type: 'text', text: 'a.csv\n\na' }] }],
  ],
];

describe('messages toward chat completions', () => {
  test.each(ROWS)('%s', (_name, turns, messages) => {
    expect(messagesOf(turns)).toEqual(messages);
  });

  const REFUSED: readonly (readonly [name: string, turns: readonly Turn[], reason: string])[] = [
    ['no turns', [], 'conversation-invalid'],
    ['a result without its call', [user(result('c1'))], 'conversation-invalid'],
    [
      'an image at another provider',
      [user({ kind: 'image', source: { kind: 'provider-file', fileId: 'file_1' } })],
      'unsupported',
    ],
    [
      'a file by address',
      [user({ kind: 'file', source: { kind: 'url', url: 'https://e.org/a.pdf' } })],
      'unsupported',
    ],
    [
      'a file at another provider',
      [user({ kind: 'file', source: { kind: 'provider-file', fileId: 'file_1' } })],
      'unsupported',
    ],
    [
      'a file that is neither PDF nor text',
      [
        user({
          kind: 'file',
          source: { kind: 'base64', mediaType: 'application/zip', data: '/w==' },
        }),
      ],
      'unsupported',
    ],
    [
      'a block that only another dialect knows',
      [
        user({
          kind: 'opaque',
          dialect: 'anthropic-messages',
          value: { type: 'container_upload' },
        }),
      ],
      'unsupported',
    ],
  ];
  test('only a system turn is sent as it is', () => {
    const { value } = expectOk(openaiChat.encodeRequest(request([system(text('s'))])));
    expect(value['messages']).toEqual([{ role: 'system', content: 's' }]);
  });

  test.each(REFUSED)('%s is refused', (_name, turns, reason) => {
    const encoded = openaiChat.encodeRequest(request(turns));
    expect(encoded).toMatchObject({ ok: false, failure: { reason } });
  });
});
