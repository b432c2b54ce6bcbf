import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOW_MS, outline, readText } from './testing/read-text.ts';

/** One message of Claude's export, whose shape is the simplest. */
const message = (uuid: unknown, parent: unknown, more: object = {}) => ({
  ...{ uuid, parent_message_uuid: parent, sender: 'human', text: `text of ${String(uuid)}` },
  ...more,
});
const chat = (messages: readonly unknown[], more: object = {}) => ({
  ...{ uuid: 'c', name: 'x', chat_messages: messages },
  ...more,
});
const read = (...chats: readonly unknown[]) => readText(JSON.stringify(chats));

describe('a hostile chat', () => {
  test('with a cycle begins at the first message of it', () => {
    const { chats, notes } = read(chat([message('a', 'c'), message('b', 'a'), message('c', 'b')]));
    expect(outline(chats[0]).map((line) => line.slice(0, 5))).toEqual(['b < -', 'c < b', 'a < c']);
    expect(notes).toEqual({ 'parent-missing': 1 });
  });

  test('whose message is its own parent begins there', () => {
    const { chats } = read(chat([message('a', 'a')]));
    expect(outline(chats[0])[0]).toMatch(/^a < - /);
  });

  test('with doubled, long and missing ids has another id for each, the same every time', () => {
    const given = chat([message('a', null), message('a', 'a'), message('x'.repeat(201), 'a'), {}]);
    const origins = () => read(given).chats[0]?.messages.map(({ origin }) => origin);
    expect(origins()).toEqual(['a', '#1', '#2']);
    expect(origins()).toEqual(origins());
    const taken = chat([message('#1', null), message('#1', null)]);
    expect(read(taken).chats[0]?.messages.map(({ origin }) => origin)).toEqual(['#1', '##1']);
  });

  test.each([
    ['before 1970', '1900-01-01'],
    ['far in the future', '9999-01-01'],
    ['a huge number', 1e300],
    ['a negative number', -5],
    ['no time', 'yesterday'],
  ])('with a time that is %s has the nearest known one', (_name, at) => {
    const known = '2025-05-01T10:00:00Z';
    const { chats } = read(
      chat([message('a', null, { created_at: known }), message('b', 'a', { created_at: at })], {
        created_at: at,
        updated_at: at,
      }),
    );
    const ms = Date.parse(known);
    expect(chats[0]).toMatchObject({ createdAtMs: ms, updatedAtMs: ms });
    expect(chats[0]?.messages.map(({ createdAtMs }) => createdAtMs)).toEqual([ms, ms]);
  });

  test('without any time was created now', () => {
    const { chats } = read(chat([message('a', null)]));
    expect(chats[0]).toMatchObject({ createdAtMs: NOW_MS, updatedAtMs: NOW_MS });
  });

  test('with a long title has a shorter one', () => {
    const { chats, notes } = read(chat([message('a', null)], { name: '\ud83d\ude00'.repeat(300) }));
    expect(chats[0]?.title.length).toBeLessThanOrEqual(200);
    expect(chats[0]?.title.isWellFormed()).toBe(true);
    expect(notes).toEqual({ 'title-shortened': 1 });
  });

  test('is skipped with its place and the reason, and the others are read', () => {
    const deep = `{"uuid":"d","chat_messages":[${'['.repeat(5000)}${']'.repeat(5000)}]}`;
    const good = JSON.stringify(chat([message('a', null)]));
    const list = [
      good,
      '{"chat_messages":[{"text":tru}]}',
      '{"__proto__":{"x":1},"chat_messages":[]}',
      deep,
      '7',
      '{"a":1}',
      JSON.stringify(chat([])),
      JSON.stringify(
        chat(
          Array.from({ length: 100_001 }, () => 0).map((_, n) => ({
            uuid: `${n}`,
            text: 'x',
          })),
        ),
      ),
      good,
    ];
    const { chats, skipped, end } = readText(`[${list.join(',')}]`);
    expect(end).toBe('complete');
    expect(chats).toHaveLength(2);
    expect(skipped).toEqual([
      '2 malformed',
      '3 forbidden-key',
      '4 too-deep',
      '5 unknown',
      '6 unknown',
      '7 empty',
      '8 too-many-messages',
    ]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test('over the limit is skipped without being kept in memory', () => {
    const large = JSON.stringify(
      chat([message('a', null, { text: 'x'.repeat(65 * 1024 * 1024) })]),
    );
    const { skipped, chats } = readText(`[${large},${JSON.stringify(chat([message('a', null)]))}]`);
    expect(skipped).toEqual(['1 too-large']);
    expect(chats).toHaveLength(1);
  });
});

/** Values in place of those that a format expects. */
const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom('a', 'b', 'root', 'text'));
const anyNode = fc.record(
  {
    parent: anything,
    message: fc.record(
      {
        author: fc.record({ role: fc.oneof(anything, fc.constantFrom('user', 'tool')) }),
        content: fc.record(
          {
            content_type: fc.oneof(
              anything,
              fc.constantFrom('text', 'code', 'multimodal_text', 'thoughts', 'tether_quote'),
            ),
            ...{ parts: anything, text: anything, thoughts: anything },
          },
          { requiredKeys: [] },
        ),
        ...{ metadata: anything, recipient: anything, create_time: anything },
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const anyChat = fc.oneof(
  fc.record({
    id: anything,
    title: anything,
    mapping: fc.dictionary(fc.constantFrom('a', 'b', 'root', 'x'), anyNode),
  }),
  fc.record({
    ...{ uuid: anything, name: anything },
    chat_messages: fc.array(
      fc.record(
        {
          ...{ uuid: anything, parent_message_uuid: anything, sender: anything, text: anything },
          content: fc.array(
            fc.record(
              {
                type: fc.oneof(anything, fc.constantFrom('text', 'tool_use', 'tool_result')),
                ...{ text: anything, input: anything, content: anything, citations: anything },
              },
              { requiredKeys: [] },
            ),
          ),
          ...{ attachments: anything, files: anything, created_at: anything },
        },
        { requiredKeys: [] },
      ),
    ),
  }),
);

describe('damaged input', () => {
  test('is read or skipped, and what is read is a tree with possible times', () => {
    fc.assert(
      fc.property(fc.array(anyChat, { maxLength: 4 }), (chats) => {
        const found = readText(JSON.stringify(chats));
        expect(found.chats.length + found.skipped.length).toBe(chats.length);
        for (const { messages, origin, title, createdAtMs } of found.chats) {
          expect(origin.length).toBeLessThanOrEqual(300);
          expect(title).not.toBe('');
          expect(Number.isSafeInteger(createdAtMs)).toBe(true);
          const before = new Set<string>();
          for (const each of messages) {
            if (each.parent !== null) expect(before).toContain(each.parent);
            expect(before).not.toContain(each.origin);
            expect(each.createdAtMs).toBeGreaterThanOrEqual(0);
            before.add(each.origin);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('cut, changed or doubled anywhere never throws', () => {
    const text = JSON.stringify([chat([message('a', null), message('b', 'a')])]);
    const bytes = new TextEncoder().encode(text);
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(255), fc.nat(bytes.length), (at, byte, end) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = byte;
        const { chats, skipped } = readText(changed.subarray(0, end));
        expect(chats.length + skipped.length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 1000 },
    );
  });
});
