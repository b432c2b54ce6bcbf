import { createHash } from 'node:crypto';
import { expectOk } from '@postern/kernel';
import { providerId, type ConversationId, type MessagePart, type Part } from '@postern/protocol';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import type { ConversationStore } from '../conversation-store.ts';
import { createMemoryConversations } from '../open-conversations.ts';
import { anyParts } from '../testing/arbitrary-parts.ts';
import { attach } from '../testing/attachment-contract.ts';
import { say, STORES, testEnvironment } from '../testing/environment.ts';
import { ChatExportSchema } from './chat-export-schema.ts';
import { exportChats } from './export-chats.ts';

const [, openMemory] = STORES[1] ?? [];
const newStore = (): ConversationStore => {
  if (openMemory === undefined) throw new Error('no store');
  return openMemory(testEnvironment());
};

function exported(
  store: ConversationStore,
  ids: readonly ConversationId[],
  format: 'json' | 'markdown' | 'html',
): string {
  return [...exportChats(store, ids, format, 1)].join('');
}

/** A chat with one question. */
function chatWith(
  parts: readonly MessagePart[],
  title = 'A title',
): [ConversationStore, ConversationId] {
  const store = newStore();
  const conversation = store.create({ title });
  say(store, expectOk(conversation), '', { parts });
  return [store, expectOk(conversation).id];
}

describe('an export as JSON', () => {
  test('contains every branch and field of every chat', () => {
    const store = newStore();
    const settings = { systemPrompt: 'Be brief.', temperature: 0.5, effort: 'low' } as const;
    const first = expectOk(store.create({ title: 'First', model: 'm', settings }));
    const second = expectOk(
      store.create({ title: 'Second \ud800', provider: providerId.from('p') }),
    );
    const question = say(store, first, 'question');
    const more = {
      parentId: question.id,
      role: 'assistant',
      provider: providerId.from('p'),
    } as const;
    say(store, first, 'one', {
      ...more,
      model: 'm',
      stopReason: 'end',
      usage: { inputTokens: 1, outputTokens: 2 },
      extra: { dialect: 'openai-chat', fields: { a: 1 } },
    });
    const failure = { code: 'UPSTREAM_UNREACHABLE', message: 'x', retryAfterMs: 1 } as const;
    say(store, first, 'two', { ...more, status: 'failed', failure });
    const change = { pinned: true, archived: true, folder: 'F', addTags: ['b', 'a'] };
    expectOk(store.organise([second.id], change));
    const ids = expectOk(store.ids());
    const read = v.parse(ChatExportSchema, JSON.parse(exported(store, ids, 'json')));
    expect(read.chats).toEqual(ids.map((id) => expectOk(store.open(id))));
    expect(read.chats.filter((chat) => chat.settings?.effort === 'low')).toHaveLength(1);
    expect(ids).toEqual(expect.arrayContaining([first.id, second.id]));
    expect(read.chats.map(({ conversation }) => conversation)).toContainEqual(
      expect.objectContaining({ pinned: true, archived: true, folder: 'F', tags: ['a', 'b'] }),
    );
    expect(read.chats.map(({ messages }) => messages.length).sort()).toEqual([0, 3]);
  });

  test('is read as written, with any parts', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const [store, id] = chatWith(parts);
        const read = v.parse(ChatExportSchema, JSON.parse(exported(store, [id], 'json')));
        expect(read.chats).toEqual([expectOk(store.open(id))]);
      }),
      { numRuns: 200 },
    );
  });

  test('contains the attachments of a chat with their bytes, each once', () => {
    const store = newStore();
    const { id } = expectOk(store.create({ title: 'x' }));
    const attachment = attach(store, Buffer.alloc(600_000, 'ab'));
    const parts = [{ kind: 'attachment', ...attachment } as const];
    const conversation = expectOk(store.conversation(id));
    say(store, conversation, '', { parts });
    say(store, conversation, '', { parts });
    const read = v.parse(ChatExportSchema, JSON.parse(exported(store, [id], 'json')));
    const data = Buffer.alloc(600_000, 'ab').toString('base64');
    expect(read.chats[0]?.attachments).toEqual([{ ...attachment, data }]);
    expect(read.chats[0]?.messages.map((message) => message.parts)).toEqual([parts, parts]);
  });

  test('leaves out images of a web page above 100 MB together, and says so', () => {
    const store = newStore();
    const [large, small] = [20, 1].map((mebibytes) =>
      attach(store, Buffer.alloc(mebibytes * 1024 ** 2, 'a'), {
        name: `${String(mebibytes)}.png`,
        mediaType: 'image/png',
      }),
    );
    if (large === undefined || small === undefined) throw new Error('no files');
    const chats = [
      [large, large, small],
      [large, large, large, small],
    ].map((files) => {
      const chat = expectOk(store.create({ title: 'x' }));
      const parts = files.map((each) => ({ kind: 'attachment', ...each }) as const);
      say(store, chat, '', { parts });
      return chat.id;
    });
    const shown = (format: 'html' | 'json'): readonly (string | undefined)[] =>
      [...exportChats(store, chats, format, 1)].flatMap((text) => {
        if (text.includes('left out, because the images')) return ['left out'];
        return /<img alt="(\w+)/.exec(text.slice(0, 1000))?.slice(1) ?? [];
      });
    expect(shown('html')).toEqual(['20', '20', '1', '20', '20', 'left out', '1']);
    expect(exported(store, chats, 'json').match(/"data":"/g)).toHaveLength(4);
  });

  test('shows the images of a chat in HTML, and names every file in HTML and Markdown', () => {
    const store = newStore();
    const { id } = expectOk(store.create({ title: 'x' }));
    const text = attach(store, Buffer.from('plain'), {
      name: 'notes.txt',
      mediaType: 'text/plain',
    });
    const image = attach(store, Buffer.from('\x89PNG'), {
      name: '"><script>.png',
      mediaType: 'image/png',
      width: 3,
      height: 2,
    });
    const parts = [text, image].map((each) => ({ kind: 'attachment', ...each }) as const);
    say(store, expectOk(store.conversation(id)), '', { parts });
    const html = exported(store, [id], 'html');
    const data = Buffer.from('\x89PNG').toString('base64');
    expect(html).toContain(
      `<img alt="&quot;&gt;&lt;script&gt;.png" width="3" height="2" src="data:image/png;base64,${data}">`,
    );
    expect(html.match(/<img/g)).toHaveLength(1);
    expect(html).toContain(`Attachment: ${text.name}`);
    const markdown = exported(store, [id], 'markdown');
    expect(markdown).toContain(`Attachment: ${text.name}`);
    expect(markdown).not.toContain(data);
  });

  test('leaves out a chat that was deleted meanwhile', () => {
    const store = newStore();
    const made = ['a', 'b', 'c'].map((title) => expectOk(store.create({ title })));
    const ids = made.map(({ id }) => id);
    const texts = exportChats(store, ids, 'json', 1);
    const first = texts.next();
    const [, deleted] = ids;
    if (deleted !== undefined) expectOk(store.remove(deleted));
    const text = (first.done === true ? '' : first.value) + [...texts].join('');
    const read = v.parse(ChatExportSchema, JSON.parse(text));
    expect(read.chats.map(({ conversation }) => conversation.title)).toEqual(['a', 'c']);
  });
});

/** The headings that a reader of Markdown sees: lines outside of block quotes. */
const headings = (text: string): readonly string[] =>
  text.split(/[\n\r\v\f\u0085\u2028\u2029]/).filter((line) => /^ {0,3}#/.test(line));
const outside = (text: string): readonly string[] =>
  text.split(/[\n\r\v\f\u0085\u2028\u2029]/).filter((line) => !/^(?:>|$)/.test(line));

const FORGED = '## You, 2026-11-21 00:00 UTC';

const FORGERIES: readonly (readonly [string, Part])[] = [
  ['a heading', { kind: 'text', text: `a\n\n${FORGED}\n\nb` }],
  [
    'a heading after other line ends',
    { kind: 'text', text: `a\r${FORGED}\u2028${FORGED}\v${FORGED}` },
  ],
  ['a heading after an open code block', { kind: 'text', text: `\`\`\`\na\n\`\`\`\`\n${FORGED}` }],
  ['an underlined heading', { kind: 'text', text: 'You\n===\n' }],
  ['the end of the quote', { kind: 'text', text: '</blockquote><h2>You</h2>' }],
  ['the end of the quote after a fence', { kind: 'text', text: '- a\n  ```\nb\n\n<h2>You</h2>' }],
  ['an escaped tag', { kind: 'text', text: '\\<h2>You</h2>' }],
  ['a tool name', { kind: 'tool-call', callId: '1', name: `a\n${FORGED}`, inputJson: '{}' }],
  ['arguments', { kind: 'tool-call', callId: '1', name: 'a', inputJson: `\`\`\`\`\n${FORGED}` }],
  ['thinking', { kind: 'thinking', text: FORGED }],
  ['a file name', { kind: 'file', name: `a_\n\n${FORGED}`, source: { kind: 'url', url: FORGED } }],
];

describe('an export as Markdown', () => {
  test('has the chosen branch, or the newest one', () => {
    const environment = testEnvironment();
    const store = createMemoryConversations(environment);
    const conversation = expectOk(store.create({ title: 'x' }));
    const question = say(store, conversation, 'question');
    const first = say(store, conversation, 'first answer', { parentId: question.id });
    environment.clock.time += 1;
    say(store, conversation, 'second answer', { parentId: question.id });
    const answers = (): readonly string[] =>
      exported(store, [conversation.id], 'markdown').match(/\w+ answer/g) ?? [];
    expect(answers()).toEqual(['second answer']);
    expectOk(store.branches.choose(conversation.id, first.id));
    expect(answers()).toEqual(['first answer']);
  });

  test.each(FORGERIES)('has only its own headings, with %s', (_name, part) => {
    const [store, id] = chatWith([part], `# ${FORGED}\n\n${FORGED}`);
    const text = exported(store, [id], 'markdown');
    expect(headings(text)).toHaveLength(2);
    expect(headings(text)[1]).toBe('## You, 2026-11-21 00:00 UTC');
    const quoted = text.split('\n').filter((line) => line.startsWith('>'));
    const tags = quoted.filter((line) => /<[a-z/!?]/i.test(line));
    expect(tags).toEqual([]);
  });

  test('puts anything that was written into quotes', () => {
    const anyText = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(anyParts, anyText, anyText, (parts, title, systemPrompt) => {
        const [store, id] = chatWith(parts, title);
        expectOk(store.settings.save(id, { systemPrompt, temperature: 1 }));
        const lines = outside(exported(store, [id], 'markdown'));
        expect(headings(lines.join('\n'))).toHaveLength(2);
        const others = lines.filter((line) => !/^(?:# |## |Begun |_.*_$)/.test(line));
        expect(others).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['Why, really?! (yes)', 'Why, really?! (yes)'],
    ['demo/demo-1: C# & F#, 50 % > 40 %', 'demo/demo-1: C# & F#, 50 % > 40 %'],
    ['a *b* _c_ `d` ~~e~~ $f$', String.raw`a \*b\* \_c\_ \`d\` \~\~e\~\~ \$f\$`],
    ['![i](u) <b> &lt; \\', String.raw`!\[i\](u) \<b> \&lt; \\`],
    ['closed ##', String.raw`closed \#\#`],
  ])('escapes in a title only what Markdown would change: %s', (title, written) => {
    const [store, id] = chatWith([], title);
    expect(headings(exported(store, [id], 'markdown'))[0]).toBe(`# ${written}`);
  });

  test('shows the settings of the chat, whose system prompt has no heading of its own', () => {
    const [store, id] = chatWith([]);
    const systemPrompt = `Be brief.\n\n${FORGED}`;
    expectOk(store.settings.save(id, { systemPrompt, effort: 'xhigh', maxOutputTokens: 5 }));
    const text = exported(store, [id], 'markdown');
    expect(headings(text)).toHaveLength(2);
    expect(text).toContain('_Reasoning effort: xhigh_\n\n_Maximum output tokens: 5_\n');
    expect(text).toContain('_System prompt_\n\n> Be brief.\n>\n');
    const page = exported(store, [id], 'html');
    expect(page).toContain('System prompt</p>\n<div class="text" dir="auto">Be brief.');
  });

  test('keeps code as it was written and says what is left out', () => {
    const code = 'if (a <b) {\n\t`x`\n}';
    const [store, id] = chatWith([{ kind: 'text', text: `Look:\n\`\`\`js\n${code}\n\`\`\`` }]);
    say(store, expectOk(store.conversation(id)), 'second version');
    const text = exported(store, [id], 'markdown');
    expect(text).toContain('Messages on other branches, not included: 1.');
    const [other, otherId] = chatWith([{ kind: 'text', text: `Look:\n\`\`\`js\n${code}\n\`\`\`` }]);
    const quoted = code.split('\n').map((line) => `> ${line}`);
    expect(exported(other, [otherId], 'markdown')).toContain(
      ['> ```', ...quoted, '> ```'].join('\n'),
    );
  });
});

describe('an export as HTML', () => {
  test.each(FORGERIES)('has no element from a text, with %s', (_name, part) => {
    const [plain, plainId] = chatWith([{ kind: 'text', text: 'a' }], 'title');
    const [store, id] = chatWith([part], '<img src=x onerror=ran=1>"\'&');
    const tags = (text: string) => [...text.matchAll(/<\/?[a-z0-9]+/g)].map(([tag]) => tag);
    const own = new Set(
      tags(exported(plain, [plainId], 'html')).concat('<pre', '</pre', '<p', '</p'),
    );
    expect(tags(exported(store, [id], 'html')).filter((tag) => !own.has(tag))).toEqual([]);
  });

  test('allows exactly its own style sheet', () => {
    const [store, id] = chatWith([]);
    const text = exported(store, [id], 'html');
    const style = /<style>([^]*?)<\/style>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(text).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(text.indexOf('Content-Security-Policy')).toBeLessThan(text.indexOf('<style>'));
    expect(text).not.toMatch(/\b(?:src|href|style)=/);
  });
});
