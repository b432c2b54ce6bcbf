import { describe, expect, test } from 'vitest';
import { outline, readText } from '../testing/read-text.ts';

const AT = Date.UTC(2025, 4, 1) / 1000;

interface NodeInput {
  readonly parent: string | null;
  readonly role?: string;
  readonly content?: unknown;
  readonly metadata?: unknown;
  readonly recipient?: string;
}

const text = (...parts: readonly unknown[]) => ({ content_type: 'text', parts });

/** A conversation with these nodes. A node without a role has no message. */
function conversation(nodes: Readonly<Record<string, NodeInput>>, more: object = {}): object {
  const mapping = Object.entries(nodes).map(
    ([id, { parent, role, content, metadata, recipient }]) => {
      const message =
        role === undefined
          ? null
          : {
              id,
              author: { role },
              create_time: AT,
              content,
              metadata,
              recipient: recipient ?? 'all',
            };
      return [id, { id, parent, children: [], message }] as const;
    },
  );
  return {
    ...{ id: 'conv-1', title: 'A chat', create_time: AT, update_time: AT + 60 },
    mapping: Object.fromEntries(mapping),
    ...more,
  };
}

const read = (nodes: Readonly<Record<string, NodeInput>>) =>
  readText(JSON.stringify([conversation(nodes, { is_archived: true })]));

describe('the export of ChatGPT', () => {
  test('is a tree whose empty and hidden nodes only connect others', () => {
    const { source, chats, notes } = read({
      root: { parent: null },
      sys: { parent: 'root', role: 'system', content: text('') },
      q: { parent: 'sys', role: 'user', content: text('Hello', 'there') },
      a1: {
        parent: 'q',
        role: 'assistant',
        content: text('Hi'),
        metadata: { model_slug: 'gpt-4o' },
      },
      a2: { parent: 'q', role: 'assistant', content: text('Hey'), metadata: { model_slug: 'o3' } },
    });
    expect(source).toBe('chatgpt');
    expect(outline(chats[0])).toEqual([
      'q < - user: text Hello\nthere',
      'a1 < q assistant: text Hi',
      'a2 < q assistant: text Hey',
    ]);
    expect(chats[0]).toMatchObject({
      ...{ origin: 'chatgpt:conv-1', title: 'A chat', model: 'o3', archived: true },
      ...{ createdAtMs: AT * 1000, updatedAtMs: (AT + 60) * 1000 },
    });
    expect(chats[0]?.messages.map(({ model }) => model)).toEqual([undefined, 'gpt-4o', 'o3']);
    expect(notes).toEqual({});
  });

  test('keeps the code interpreter, its output and reasoning', () => {
    const { chats } = read({
      q: { parent: null, role: 'user', content: text('2+2?') },
      t: {
        ...{ parent: 'q', role: 'assistant' },
        content: { content_type: 'thoughts', thoughts: [{ summary: 'Adding', content: 'two' }] },
      },
      c: {
        ...{ parent: 't', role: 'assistant', recipient: 'python' },
        content: { content_type: 'code', language: 'python', text: 'print(4)' },
      },
      r: { parent: 'c', role: 'tool', content: { content_type: 'execution_output', text: '4' } },
      d: { parent: 'r', role: 'assistant', content: text('Four') },
    });
    expect(outline(chats[0])).toEqual([
      'q < - user: text 2+2?',
      't < q assistant: thinking Adding\n\ntwo',
      'c < t assistant: call python {"code":"print(4)"}',
      'r < c user: result 4',
      'd < r assistant: text Four',
    ]);
  });

  test('names the images and files, with their ids in the archive', () => {
    const image = { content_type: 'image_asset_pointer', asset_pointer: 'file-service://f-1' };
    const { chats, notes } = read({
      q: {
        ...{ parent: null, role: 'user' },
        content: {
          content_type: 'multimodal_text',
          parts: [{ ...image, width: 2, height: 3 }, 'Look', { content_type: 'new_kind', x: 1 }],
        },
        metadata: {
          attachments: [
            { name: 'a.pdf' },
            { id: 'f-2', name: 'c.pdf' },
            { id: 'f-1', name: 'b.png', mime_type: 'image/png' },
          ],
        },
      },
      t: {
        ...{ parent: 'q', role: 'tool', metadata: {} },
        content: {
          content_type: 'multimodal_text',
          parts: [{ ...image, asset_pointer: 'sediment://file_3#part' }],
        },
      },
    });
    expect(outline(chats[0])[0]).toBe(
      'q < - user: text [File: a.pdf] | file c.pdf f-2 | file b.png f-1 | text Look | ' +
        'text ```json\n{\n  "content_type": "new_kind",\n  "x": 1\n}\n```',
    );
    expect(outline(chats[0])[1]).toBe('t < q assistant: file file_3 file_3');
    expect(notes).toEqual({ 'file-left-out': 1, 'content-unknown': 1 });
  });

  test('keeps sources, and removes the marks that only ChatGPT can show', () => {
    const { chats } = read({
      a: {
        ...{
          parent: null,
          role: 'assistant',
          content: text('It rains \ue200cite\ue202turn0\ue201today'),
        },
        metadata: {
          citations: [{ metadata: { title: 'News', url: 'https://example.org/a' } }],
          content_references: [{ items: [{ url: 'https://example.org/b' }] }, { url: 7 }],
        },
      },
    });
    expect(chats[0]?.messages[0]?.parts).toEqual([
      {
        kind: 'text',
        text: 'It rains today',
        annotations: [
          { type: 'url_citation', url: 'https://example.org/a', title: 'News' },
          { type: 'url_citation', url: 'https://example.org/b', title: 'https://example.org/b' },
        ],
      },
    ]);
  });

  test('keeps instructions of the user, and answers that were cut off', () => {
    const { chats } = read({
      s: {
        ...{
          parent: null,
          role: 'system',
          metadata: { is_visually_hidden_from_conversation: true },
        },
        content: {
          content_type: 'user_editable_context',
          user_profile: 'Ann',
          user_instructions: 'Short',
        },
      },
      a: {
        ...{ parent: 's', role: 'assistant', content: text('So') },
        metadata: { finish_details: { type: 'interrupted' } },
      },
    });
    expect(outline(chats[0])).toEqual([
      's < - system: text Ann\n\nShort',
      'a < s assistant: text So',
    ]);
    expect(chats[0]?.messages[1]?.status).toBe('interrupted');
  });

  test('is also one conversation alone', () => {
    const one = conversation({ q: { parent: null, role: 'user', content: text('a') } });
    expect(outline(readText(JSON.stringify(one)).chats[0])).toEqual(['q < - user: text a']);
  });
});
