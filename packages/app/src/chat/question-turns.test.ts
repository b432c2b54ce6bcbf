import { messageId, conversationId, providerId, type Message, type Part } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { titleOf, turnsLeadingTo } from './question-turns.ts';

const id = (n: number): Message['id'] => messageId.from(String(n).padStart(26, '0'));
const anthropic = providerId.from('anthropic');

function message(n: number, parent: number | null, change: Partial<Message> = {}): Message {
  return {
    id: id(n),
    conversationId: conversationId.from('0'.repeat(26)),
    parentId: parent === null ? null : id(parent),
    role: n % 2 === 1 ? 'user' : 'assistant',
    parts: [{ kind: 'text', text: `text ${String(n)}` }],
    status: 'complete',
    createdAtMs: n,
    provider: anthropic,
    ...change,
  };
}

describe('turnsLeadingTo', () => {
  test('takes the ancestors of the branch, oldest first', () => {
    const tree = [message(1, null), message(2, 1), message(4, 1), message(3, 2), message(5, 4)];
    const texts = turnsLeadingTo(tree, id(5), anthropic).map((turn) => turn.parts);
    expect(texts).toEqual([1, 4, 5].map((n) => [{ kind: 'text', text: `text ${String(n)}` }]));
  });

  test('terminates on a damaged tree with a loop or a missing parent', () => {
    expect(turnsLeadingTo([message(1, 2), message(2, 1)], id(1), anthropic)).toHaveLength(2);
    expect(turnsLeadingTo([message(3, 2)], id(3), anthropic)).toHaveLength(1);
  });

  const signed: Part = { kind: 'thinking', text: 'hm', signature: 'sig' };
  test.each([
    ['goes back to the provider that signed it', anthropic, 'complete', 2],
    ['never goes to another provider', providerId.from('openai'), 'complete', 1],
    ['is left out of an interrupted answer', anthropic, 'interrupted', 1],
  ] as const)('signed reasoning %s', (_name, answering, status, count) => {
    const answer = message(2, 1, { status, parts: [signed, { kind: 'text', text: 'hello' }] });
    const turns = turnsLeadingTo([message(1, null), answer], id(2), answering);
    expect(turns[1]?.parts).toHaveLength(count);
  });

  test('sends tool calls and results of an imported chat as text', () => {
    const call: Part = { kind: 'tool-call', callId: '1', name: 'python', inputJson: '{"a":1}' };
    const content = [{ kind: 'text', text: '4' }] as const;
    const result: Part = { kind: 'tool-result', callId: '1', content, isError: false };
    const tree = [
      message(1, null),
      message(2, 1, { parts: [call] }),
      message(3, 2, { parts: [result] }),
    ];
    const texts = turnsLeadingTo(tree, id(3), anthropic).flatMap((turn) => turn.parts);
    expect(texts.slice(1)).toEqual([
      { kind: 'text', text: '[Call of the tool python]\n{"a":1}' },
      { kind: 'text', text: '[Result of a tool]\n4' },
    ]);
  });

  test('leaves out an empty answer', () => {
    const empty = message(2, 1, { parts: [], status: 'failed' });
    const turns = turnsLeadingTo([message(1, null), empty, message(3, 2)], id(3), anthropic);
    expect(turns.map((turn) => turn.role)).toEqual(['user', 'user']);
  });
});

test.each([
  ['Hello', 'Hello'],
  ['  two\n lines ', 'two lines'],
  ['   ', 'New chat'],
  ['word '.repeat(30), `${'word '.repeat(11)}word…`],
  ['x'.repeat(80), `${'x'.repeat(60)}…`],
  ['🚪'.repeat(61), `${'🚪'.repeat(60)}…`],
  ['<img src=x> \u202egnp.exe\u0000\u001b[31m\u2028end', '<img src=x> gnp.exe [31m end'],
  ['\u200b\u202e', 'New chat'],
  [`e${'\u0301'.repeat(10_000)}`, `é${'\u0301'.repeat(1998)}`],
])('the title of %j', (text, title) => {
  expect(titleOf([{ kind: 'text', text }])).toBe(title);
});
