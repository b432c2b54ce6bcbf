import { expectOk, type JsonObject } from '@postern/kernel';
import type { ModelRequest, Part, Turn } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { MISSING_RESULT } from '../turns/arrange-turns.ts';
import { assistant, call, result, system, text, user } from '../testing/turns.ts';
import { anthropicMessages } from './dialect.ts';
import { CONVERSATION_BEGINS } from './encode-request.ts';

function request(rest: Partial<ModelRequest>): ModelRequest {
  return { model: 'claude-sonnet-4-5', turns: [user(text('q'))], stream: true, ...rest };
}

function encode(rest: Partial<ModelRequest>): JsonObject {
  return expectOk(anthropicMessages.encodeRequest(request(rest))).value;
}

const wireText = (words: string): JsonObject => ({ type: 'text', text: words });
const wireUser = (...content: JsonObject[]): JsonObject => ({ role: 'user', content });
const wireAssistant = (...content: JsonObject[]): JsonObject => ({ role: 'assistant', content });
const wireCall = (id: string, input: JsonObject = {}): JsonObject => ({
  type: 'tool_use',
  id,
  name: 'look',
  input,
});
const wireResult = (id: string, words = 'r'): JsonObject => ({
  type: 'tool_result',
  tool_use_id: id,
  content: [wireText(words)],
});
const missingResult = (id: string): JsonObject => ({
  ...wireResult(id, MISSING_RESULT),
  is_error: true,
});

const MESSAGES: readonly (readonly [
  name: string,
  turns: readonly Turn[],
  messages: readonly JsonObject[],
])[] = [
  [
    'turns of one side are merged',
    [user(text('a')), user(text('b')), assistant(text('c')), assistant(text('d')), user(text('e'))],
    [
      wireUser(wireText('a'), wireText('b')),
      wireAssistant(wireText('c'), wireText('d')),
      wireUser(wireText('e')),
    ],
  ],
  [
    'results come first, in one message, before what the user said',
    [
      user(text('q')),
      assistant(call('c1'), call('c2')),
      user(text('hm')),
      user(result('c1'), result('c2')),
    ],
    [
      wireUser(wireText('q')),
      wireAssistant(wireCall('c1'), wireCall('c2')),
      wireUser(wireResult('c1'), wireResult('c2'), wireText('hm')),
    ],
  ],
  [
    'results that stand in the turn of the answer are the other side',
    [user(text('q')), assistant(call('c1'), result('c1'), text('done')), user(text('thanks'))],
    [
      wireUser(wireText('q')),
      wireAssistant(wireCall('c1')),
      wireUser(wireResult('c1')),
      wireAssistant(wireText('done')),
      wireUser(wireText('thanks')),
    ],
  ],
  [
    'a call that was never answered is answered by an error',
    [user(text('q')), assistant(call('c1'), call('c2')), user(result('c2'), text('and?'))],
    [
      wireUser(wireText('q')),
      wireAssistant(wireCall('c1'), wireCall('c2')),
      wireUser(wireResult('c2'), missingResult('c1'), wireText('and?')),
    ],
  ],
  [
    'so is one at the end',
    [user(text('q')), assistant(call('c1'))],
    [wireUser(wireText('q')), wireAssistant(wireCall('c1')), wireUser(missingResult('c1'))],
  ],
  [
    'a conversation that begins with an answer is given a beginning',
    [assistant(text('hello')), user(text('q'))],
    [
      wireUser(wireText(CONVERSATION_BEGINS)),
      wireAssistant(wireText('hello')),
      wireUser(wireText('q')),
    ],
  ],
  [
    'empty and blank texts are left out, and their messages',
    [user(text('a'), text('')), assistant(text(' \n')), user(text('b'))],
    [wireUser(wireText('a'), wireText('b'))],
  ],
  [
    'an answer to be continued does not end in white space',
    [user(text('q')), assistant(text('Once'), text('upon '))],
    [wireUser(wireText('q')), wireAssistant(wireText('Once'), wireText('upon'))],
  ],
  [
    'arguments that were cut off are none',
    [user(text('q')), assistant(call('c1', '{"a":'), call('c2', ''), call('c3', '"x"')), user()],
    [
      wireUser(wireText('q')),
      wireAssistant(wireCall('c1'), wireCall('c2'), wireCall('c3')),
      wireUser(missingResult('c1'), missingResult('c2'), missingResult('c3')),
    ],
  ],
  [
    'ids of another provider are mapped, alike in call and result',
    [user(text('q')), assistant(call('functions.Bash:0')), user(result('functions.Bash:0'))],
    [
      wireUser(wireText('q')),
      wireAssistant(wireCall('pid_functions-2e-Bash-3a-0')),
      wireUser(wireResult('pid_functions-2e-Bash-3a-0')),
    ],
  ],
  [
    'an id that a server gives in every answer is made unique',
    [
      user(text('q')),
      assistant(call('call_0'), call('call_0')),
      user(result('call_0', '1'), result('call_0', '2')),
      assistant(call('call_0')),
      user(result('call_0', '3')),
    ],
    [
      wireUser(wireText('q')),
      wireAssistant(wireCall('call_0'), wireCall('call_0_2')),
      wireUser(wireResult('call_0', '1'), wireResult('call_0_2', '2')),
      wireAssistant(wireCall('call_0_3')),
      wireUser(wireResult('call_0_3', '3')),
    ],
  ],
  [
    'thinking goes back only with its signature',
    [
      user(text('q')),
      assistant(
        { kind: 'thinking', text: 'signed', signature: 's' },
        { kind: 'thinking', text: '', signature: 's' },
        { kind: 'thinking', text: 'from elsewhere' },
        { kind: 'redacted-thinking', data: 'd' },
        text('a'),
      ),
      user(text('q')),
    ],
    [
      wireUser(wireText('q')),
      wireAssistant(
        { type: 'thinking', thinking: 'signed', signature: 's' },
        { type: 'thinking', thinking: '', signature: 's' },
        { type: 'redacted_thinking', data: 'd' },
        wireText('a'),
      ),
      wireUser(wireText('q')),
    ],
  ],
  [
    'an answer of nothing but foreign parts leaves no hole',
    [
      user(text('a')),
      assistant({ kind: 'opaque', dialect: 'openai-chat', value: { audio: { id: 'x' } } }),
      user(text('b')),
    ],
    [wireUser(wireText('a'), wireText('b'))],
  ],
  [
    'a refusal is text',
    [user(text('q')), assistant({ kind: 'refusal', text: 'No.' }), user(text('why'))],
    [wireUser(wireText('q')), wireAssistant(wireText('No.')), wireUser(wireText('why'))],
  ],
  [
    'an empty result has no content',
    [user(text('q')), assistant(call('c1')), user(result('c1', ''))],
    [
      wireUser(wireText('q')),
      wireAssistant(wireCall('c1')),
      wireUser({ type: 'tool_result', tool_use_id: 'c1' }),
    ],
  ],
];

describe('messages toward the Messages API', () => {
  test.each(MESSAGES)('%s', (_name, turns, messages) => {
    expect(encode({ turns })['messages']).toEqual(messages);
  });

  test('system turns move to the top in order, from any position', () => {
    const turns = [
      system(text('1'), text('2')),
      user(text('q')),
      system(text('3')),
      user(text('r')),
    ];
    const body = encode({ turns });
    expect(body['system']).toEqual([wireText('1'), wireText('2'), wireText('3')]);
    expect(body['messages']).toEqual([wireUser(wireText('q'), wireText('r'))]);
  });

  const MEDIA: readonly (readonly [name: string, part: Part, block: JsonObject])[] = [
    [
      'an image as bytes',
      { kind: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } },
    ],
    [
      'an image by address',
      { kind: 'image', source: { kind: 'url', url: 'https://e.org/a.png' } },
      { type: 'image', source: { type: 'url', url: 'https://e.org/a.png' } },
    ],
    [
      'a PDF',
      {
        kind: 'file',
        source: { kind: 'base64', mediaType: 'application/pdf', data: 'AA' },
        name: 'n',
      },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'AA' },
        title: 'n',
      },
    ],
    [
      'a text file, whatever its kind',
      { kind: 'file', source: { kind: 'base64', mediaType: 'application/json', data: 'e30=' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: '{}' } },
    ],
  ];
  test.each(MEDIA)('%s', (_name, part, block) => {
    expect(encode({ turns: [user(part)] })['messages']).toEqual([wireUser(block)]);
  });

  const REFUSED: readonly (readonly [name: string, turns: readonly Turn[], reason: string])[] = [
    ['no turns', [], 'conversation-invalid'],
    ['nothing but white space', [user(text('  '))], 'conversation-invalid'],
    ['a result without its call', [user(result('c1'))], 'conversation-invalid'],
    [
      'a result behind the next answer',
      [
        user(text('q')),
        assistant(call('c1')),
        user(text('x')),
        assistant(text('y')),
        user(result('c1')),
      ],
      'conversation-invalid',
    ],
    [
      'two results for one call',
      [user(text('q')), assistant(call('c1')), user(result('c1'), result('c1'))],
      'conversation-invalid',
    ],
    [
      'an image by plain HTTP',
      [user({ kind: 'image', source: { kind: 'url', url: 'http://e.org/a.png' } })],
      'unsupported',
    ],
    [
      'audio',
      [user({ kind: 'opaque', dialect: 'openai-chat', value: { type: 'input_audio' } })],
      'unsupported',
    ],
    [
      'a file at another provider',
      [user({ kind: 'file', source: { kind: 'provider-file', fileId: 'file-1' } })],
      'unsupported',
    ],
    [
      'a file that is neither PDF nor text',
      [
        user({
          kind: 'file',
          source: { kind: 'base64', mediaType: 'application/zip', data: 'AA' },
        }),
      ],
      'unsupported',
    ],
    [
      'an image in the system turn',
      [system({ kind: 'image', source: { kind: 'url', url: 'https://e.org' } }), user(text('q'))],
      'unsupported',
    ],
  ];
  test('only a system turn gets a user message, with a warning', () => {
    const turns = [system(text('s'))];
    const { value, warnings } = expectOk(anthropicMessages.encodeRequest(request({ turns })));
    expect(value).toMatchObject({
      system: 's',
      messages: [wireUser(wireText(CONVERSATION_BEGINS))],
    });
    expect(warnings).toMatchObject([{ kind: 'changed', path: 'turns' }]);
  });

  test.each(REFUSED)('%s is refused', (_name, turns, reason) => {
    const encoded = anthropicMessages.encodeRequest(request({ turns }));
    expect(encoded).toMatchObject({ ok: false, failure: { reason } });
  });
});
