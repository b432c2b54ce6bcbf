import { describe, expect, test } from 'vitest';
import { outline, readText } from '../testing/read-text.ts';

const AT = Date.UTC(2025, 4, 1);
const ISO = new Date(AT).toISOString();
const read = (value: unknown) => readText(JSON.stringify(value));

describe('the export of Open WebUI', () => {
  const chat = (content: object) => [
    {
      ...{ id: 'c', title: 'A chat', created_at: AT / 1000, updated_at: AT / 1000 },
      ...{ pinned: true, archived: true, meta: { tags: ['work', 7, 'a\u0000'] } },
      chat: { title: 'x', models: ['llama3'], ...content },
    },
  ];

  test('is a tree with reasoning, sources, files, flags and tags', () => {
    const reasoning =
      '<details type="reasoning" done="true" duration="3">\n<summary>Thought</summary>\n> hm\n> so\n</details>\nYes';
    const messages = {
      q: {
        id: 'q',
        parentId: null,
        role: 'user',
        content: 'Hello',
        timestamp: AT / 1000,
        files: [{ type: 'image', name: 'a.png' }],
      },
      a: {
        id: 'a',
        parentId: 'q',
        role: 'assistant',
        content: reasoning,
        model: 'llama3',
        sources: [{ source: { name: 'News', url: 'https://example.org' } }],
      },
      b: { id: 'b', parentId: 'q', role: 'assistant', content: '', error: { content: 'no model' } },
    };
    const { source, chats, notes } = read(chat({ history: { messages, currentId: 'b' } }));
    expect(source).toBe('open-webui');
    expect(outline(chats[0])).toEqual([
      'q < - user: text [Image: a.png] | text Hello',
      'a < q assistant: thinking hm\nso | text Yes',
      'b < q assistant: text [Error: no model]',
    ]);
    expect(chats[0]).toMatchObject({
      ...{ origin: 'open-webui:c', createdAtMs: AT, model: 'llama3', pinned: true, archived: true },
      tags: ['work', 'a'],
    });
    expect(chats[0]?.messages[1]?.parts[1]).toMatchObject({
      annotations: [{ type: 'url_citation', url: 'https://example.org', title: 'News' }],
    });
    expect(notes).toEqual({ 'image-left-out': 1 });
  });

  test('without a tree is one branch', () => {
    const messages = [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi' },
    ];
    expect(outline(read(chat({ messages })).chats[0])).toEqual([
      '#0 < - user: text Hello',
      '#1 < #0 assistant: text Hi',
    ]);
  });
});

describe('the export of LibreChat', () => {
  const none = '00000000-0000-0000-0000-000000000000';
  const q = {
    messageId: 'q',
    parentMessageId: none,
    isCreatedByUser: true,
    text: 'Hello',
    createdAt: ISO,
  };
  const a = {
    ...{ messageId: 'a', parentMessageId: 'q', isCreatedByUser: false, text: '', model: 'gpt-5' },
    content: [
      { type: 'think', think: 'Hm' },
      {
        type: 'tool_call',
        tool_call: { id: 't', name: 'search', args: '{"q":1}', output: 'found' },
      },
      { type: 'text', text: { value: 'Done' } },
    ],
  };
  const b = { messageId: 'b', parentMessageId: 'q', text: 'Hi', unfinished: true };
  const expected = [
    'q < - user: text Hello',
    'a < q assistant: thinking Hm | call search {"q":1} | result found | text Done',
    'b < q assistant: text Hi',
  ];
  const head = {
    conversationId: 'c',
    title: 'A chat',
    exportAt: '10:00',
    options: { model: 'gpt-5' },
  };

  test.each([
    ['a list', { messages: [q, a, b] }],
    [
      'nested',
      { recursive: true, messagesTree: [{ ...q, children: [{ ...a, children: [] }, b] }] },
    ],
  ])('as %s keeps its branches', (_name, content) => {
    const { source, chats } = read({ ...head, ...content });
    expect(source).toBe('librechat');
    expect(outline(chats[0])).toEqual(expected);
    expect(chats[0]).toMatchObject({ origin: 'librechat:c', createdAtMs: AT, model: 'gpt-5' });
    expect(chats[0]?.messages[2]?.status).toBe('interrupted');
  });

  test('nested as deeply as a long chat is read', () => {
    let tree: object = { messageId: 'last', text: 'x' };
    for (let at = 0; at < 1500; at += 1)
      tree = { messageId: `m${at}`, text: 'x', children: [tree] };
    expect(read({ ...head, messagesTree: [tree] }).chats[0]?.messages).toHaveLength(1501);
  });
});

describe('the exports of desktop clients', () => {
  test('of Chat Linux Client keep provider, model and times', () => {
    const messages = [
      { role: 'user', content: 'Hello', timestamp: '2025-05-01 00:00:00' },
      { role: 'assistant', content: 'Hi', model: 'gpt-5', provider: 'OpenAI', timestamp: ISO },
    ];
    const session = {
      session_id: 's',
      title: 'A chat',
      created_at: ISO,
      updated_at: ISO,
      messages,
    };
    for (const file of [[session], { sessions: [session] }, session]) {
      const { source, chats } = read(file);
      expect(source).toBe('chat-linux-client');
      expect(outline(chats[0])).toEqual(['#0 < - user: text Hello', '#1 < #0 assistant: text Hi']);
      expect(chats[0]?.messages[0]?.createdAtMs).toBe(AT);
      expect(chats[0]?.messages[1]).toMatchObject({ provider: 'openai', model: 'gpt-5' });
    }
  });

  test('of Claude for Linux keep the system prompt, tags and errors', () => {
    const messages = [
      { id: 1, role: 'user', content: 'Hello', created_at: ISO },
      { id: 2, role: 'assistant', content: '', created_at: ISO, error: 'overloaded' },
    ];
    const row = { id: 7, title: 'A chat', system_prompt: 'Short', pinned: 1, tags: '["a","b"]' };
    const { source, chats } = read([{ ...row, created_at: ISO, updated_at: ISO, messages }]);
    expect(source).toBe('claude-for-linux');
    expect(outline(chats[0])).toEqual([
      'system < - system: text Short',
      '1 < system user: text Hello',
      '2 < 1 assistant: text [Error: overloaded]',
    ]);
    expect(chats[0]).toMatchObject({ pinned: true, tags: ['a', 'b'] });
  });
});
