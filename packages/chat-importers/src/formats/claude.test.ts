import { describe, expect, test } from 'vitest';
import { outline, readText } from '../testing/read-text.ts';

const AT = '2025-05-01T10:00:00.000000Z';
const message = (uuid: string, sender: string, more: object) => ({
  ...{ uuid, sender, created_at: AT, text: '' },
  ...more,
});

function read(messages: readonly object[]) {
  const chat = {
    uuid: 'c-1',
    name: 'A chat',
    created_at: AT,
    updated_at: AT,
    chat_messages: messages,
  };
  return readText(JSON.stringify([chat]));
}

describe('the export of Claude', () => {
  test('without a tree is one branch', () => {
    const { source, chats } = read([
      message('q', 'human', { text: 'Hello' }),
      message('e', 'assistant', { text: ' ' }),
      message('a', 'assistant', { content: [{ type: 'text', text: 'Hi' }], text: 'Hi' }),
    ]);
    expect(source).toBe('claude');
    expect(outline(chats[0])).toEqual(['q < - user: text Hello', 'a < q assistant: text Hi']);
    const at = Date.parse(AT);
    expect(chats[0]).toMatchObject({ origin: 'claude:c-1', createdAtMs: at, updatedAtMs: at });
  });

  test('with a tree keeps its branches', () => {
    const root = '00000000-0000-4000-8000-000000000000';
    const { chats } = read([
      message('q', 'human', { text: 'Hello', parent_message_uuid: root }),
      message('a', 'assistant', { text: 'Hi', parent_message_uuid: 'q' }),
      message('b', 'assistant', { text: 'Hey', parent_message_uuid: 'q' }),
    ]);
    expect(outline(chats[0])).toEqual([
      'q < - user: text Hello',
      'a < q assistant: text Hi',
      'b < q assistant: text Hey',
    ]);
  });

  test('keeps attachments with their text, tools, thinking and sources', () => {
    const citation = { title: 'News', details: { type: 'web', url: 'https://example.org/a' } };
    const { chats, notes } = read([
      message('q', 'human', {
        text: 'Read this',
        attachments: [{ file_name: 'a.txt', extracted_content: 'words' }, { file_name: 'b.txt' }],
        files: [{ file_name: 'b.txt' }, { file_name: 'c.png' }],
      }),
      message('a', 'assistant', {
        content: [
          { type: 'thinking', thinking: 'Hm' },
          { type: 'tool_use', id: 't', name: 'repl', input: { code: '1' } },
          { type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'ok' }] },
          { type: 'token_budget', remaining: 1 },
          { type: 'text', text: 'Done', citations: [citation] },
          { type: 'hologram', data: 1 },
        ],
      }),
    ]);
    expect(outline(chats[0])).toEqual([
      'q < - user: text [File: a.txt]\n\nwords | text [File: b.txt] | text [File: c.png] | text Read this',
      'a < q assistant: thinking Hm | call repl {"code":"1"} | result ok | text Done | ' +
        'text ```json\n{\n  "type": "hologram",\n  "data": 1\n}\n```',
    ]);
    const parts = chats[0]?.messages[1]?.parts ?? [];
    expect(parts[3]).toMatchObject({
      annotations: [{ type: 'url_citation', url: 'https://example.org/a', title: 'News' }],
    });
    expect(notes).toEqual({ 'file-left-out': 2, 'content-unknown': 1 });
  });
});
