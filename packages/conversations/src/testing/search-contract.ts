import { expectOk } from '@postern/kernel';
import type { SearchHit } from '@postern/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConversationStore } from '../conversation-store.ts';
import { type AtEnd, say, testEnvironment, text, type OpenStore } from './environment.ts';

const TEXTS = {
  plain: 'The quick brown fox jumps over the lazy dog.',
  code: 'Call `array.flatMap(x => x.items)` in main.rs, e.g. foo_bar-baz at line 42',
  french: 'Où est le café? Élève à l’école, ÇA VA',
  decomposed: 'cafe\u0301 in two characters',
  german: 'Größenänderung der Straße',
  polish: 'Zażółć gęślą jaźń',
  greek: 'Η Αθήνα είναι πρωτεύουσα',
  russian: 'Ёлка и ежик в тумане',
  chinese: '我们今天去北京大学图书馆学习数据库',
  japanese: 'データベースを暗号化する方法を教えてください',
  korean: '대한민국의 수도는 서울입니다',
  thai: 'สวัสดีครับ ผมชื่อสมชาย',
  mixed: 'Node.jsで日本語textを検索する',
  emoji: 'launch🚀 it 👩‍💻 now ❤️',
  operators: 'this AND that OR NOT other NEAR here',
} as const;

/** Rows: name, query, and the texts that it finds. */
type Searches = readonly (readonly [string, string, readonly (keyof typeof TEXTS)[]])[];

const FINDS: Searches = [
  ['a word', 'brown', ['plain']],
  ['in any case', 'BROWN', ['plain']],
  ['several words, in any order', 'dog quick', ['plain']],
  ['the beginning of the last word', 'quick bro', ['plain']],
  ['not the beginning of another word', 'bro quick', []],
  ['not the middle of a word', 'rown', []],
  ['one letter only as a word', 'x', ['code']],
  ['all words, not some', 'quick zebra', []],
  ['parts of code', 'flatMap', ['code']],
  ['names with punctuation', 'foo_bar-baz', ['code']],
  ['a file name', 'main.rs', ['code']],
  ['a number', '42', ['code']],
  ['without accents', 'cafe', ['decomposed', 'french']],
  ['with accents', 'café', ['decomposed', 'french']],
  ['with accents in two characters', 'cafe\u0301', ['decomposed', 'french']],
  ['capitals with accents', 'ELEVE', ['french']],
  ['umlauts', 'grossen', []],
  ['umlauts as written', 'größen', ['german']],
  ['umlauts without dots', 'großenanderung', ['german']],
  ['Polish', 'zazołc', ['polish']],
  ['Greek', 'αθηνα', []],
  ['Greek as written', 'Αθήνα', ['greek']],
  ['Russian', 'ёлка', ['russian']],
  ['one Chinese character', '京', ['chinese']],
  ['Chinese within a run', '北京大学', ['chinese']],
  ['Chinese not in that order', '京北', []],
  ['Japanese within a run', '暗号化', ['japanese']],
  ['Katakana within a word', 'ベース', ['japanese']],
  ['Korean within a word', '민국', ['korean']],
  ['Thai within a run', 'ชื่อ', ['thai']],
  ['Latin beside Japanese', 'text', ['mixed']],
  ['Japanese beside Latin', '日本語', ['mixed']],
  ['both together', 'Node.jsで日本', ['mixed']],
  ['an emoji beside a word', '🚀', ['emoji']],
  ['the word beside an emoji', 'launch', ['emoji']],
  ['a part of an emoji', '💻', ['emoji']],
  ['a heart', '❤️', ['emoji']],
];

const TAKES_FOR_TEXT: Searches = [
  ['nothing', '', []],
  ['blanks', ' \t\n ', []],
  ['quotes', '"', []],
  ['a quoted phrase', '"brown quick"', ['plain']],
  ['an open quote', '"brown', ['plain']],
  ['doubled quotes', '""brown""', ['plain']],
  ['an apostrophe', "l'école", ['french']],
  ['AND', 'AND', ['operators']],
  ['OR as text', 'brown OR zebra', []],
  ['NOT as text', 'quick NOT zebra', []],
  ['NEAR as text', 'NEAR(brown fox)', []],
  ['operators as words', 'NEAR OR AND', ['operators']],
  ['an asterisk', '*', []],
  ['a wildcard', 'bro* fox', []],
  ['a caret', '^The', ['plain']],
  ['a column filter', 'text:brown', []],
  ['a column filter in braces', '{text}:brown', []],
  ['parentheses', '(brown)', ['plain']],
  ['a minus', '-brown', ['plain']],
  ['a plus', 'brown + fox', ['plain']],
  ['NUL', '\0', []],
  ['NUL within', 'brown\0fox', ['plain']],
  ['the marks of snippets', '\u0002brown\u0003\u001f', ['plain']],
  ['half a character pair', 'brown \ud83d', ['plain']],
  ['SQL', "'; DROP TABLE message; --", []],
  ['a comment', '/* */ --', []],
  ['percent signs', '%brown%', ['plain']],
  ['combining marks alone', '\u0301\u0301', []],
  ['10 kB of one word', 'a'.repeat(10_000), []],
  ['10 kB of words', 'quick '.repeat(1700), ['plain']],
  ['10 kB of quotes', '"'.repeat(10_000), []],
  ['10 kB of Chinese', '京'.repeat(3300), []],
  ['10 kB of parentheses', '('.repeat(10_000), []],
];

/** The search contract of every `ConversationStore`. */
export function describeSearch(name: string, open: OpenStore): void {
  describe(`${name}: search`, () => {
    findsTexts(open);
    showsSnippets(open);
    ordersHits(open);
    followsChanges(open);
  });
}

/** A store with all the texts above, in their order. */
function withTexts(
  open: OpenStore,
  atEnd?: AtEnd,
): {
  store: ConversationStore;
  /** The texts that a query finds, newest first. */
  found: (query: string) => (string | undefined)[];
} {
  const store = open(testEnvironment(), atEnd);
  const conversation = expectOk(store.create({ title: 'untitled' }));
  const names = new Map<string | null, string>(
    Object.entries(TEXTS).map(([key, words]) => [say(store, conversation, words).id, key]),
  );
  const found = (query: string): (string | undefined)[] =>
    expectOk(store.search(query, 50)).map(({ messageId }) => names.get(messageId));
  return { store, found };
}

/** A snippet on one line, its matches in brackets. */
function shown(hit: SearchHit | undefined): string {
  const pieces = hit?.snippet ?? [];
  return pieces.map(({ text: piece, match }) => (match ? `[${piece}]` : piece)).join('');
}

function findsTexts(open: OpenStore): void {
  const ends: (() => void)[] = [];
  let found: (query: string) => (string | undefined)[] = () => [];
  beforeAll(() => {
    ({ found } = withTexts(open, (work) => ends.push(work)));
  });
  afterAll(() => {
    for (const end of ends.toReversed()) end();
  });

  test.each(FINDS)('finds %s', (_name, query, expected) => {
    expect(found(query).toSorted()).toEqual(expected);
  });

  test.each(TAKES_FOR_TEXT)('treats %s as text', (_name, query, expected) => {
    expect(found(query)).toEqual(expected);
  });

  test.each([0, -1, 201, 1.5, Number.NaN])('rejects a limit of %d', (limit) => {
    expect(() => open(testEnvironment()).search('x', limit)).toThrow('a limit is');
  });
}

function showsSnippets(open: OpenStore): void {
  test('shows the match with its surrounding text, as separate pieces', () => {
    const { store } = withTexts(open);
    const first = (query: string) => shown(expectOk(store.search(query, 1))[0]);
    expect(first('fox jum')).toBe('The quick brown [fox] [jumps] over the lazy dog.');
    expect(first('brown dog')).toBe('The quick [brown] fox jumps over the lazy [dog].');
    expect(first('暗号化')).toBe('データベースを[暗号化]する方法を教えてください');
    expect(first('🚀')).toBe('launch[🚀] it 👩‍💻 now ❤️');
  });

  test('shows an excerpt of a long text, without adding markup', () => {
    const store = open(testEnvironment());
    const conversation = expectOk(store.create({ title: 'x' }));
    say(store, conversation, `${'before '.repeat(500)}<b>needle</b>\u0002 ${'after '.repeat(500)}`);
    const [hit] = expectOk(store.search('needle', 5));
    const line = shown(hit);
    expect(line).toContain('<b>[needle]</b>');
    expect(line.startsWith('…')).toBe(true);
    expect(line.length).toBeLessThan(300);
  });
}

function ordersHits(open: OpenStore): void {
  test('lists titles before messages, newest first, up to the limit of each', () => {
    const environment = testEnvironment();
    const { clock } = environment;
    const store = open(environment);
    const made = ['apple one', 'pear', 'apple two'].map((title) => {
      clock.time += 1;
      const conversation = expectOk(store.create({ title }));
      return { conversation, message: say(store, conversation, `apple in ${title}`) };
    });
    const all = expectOk(store.search('apple', 10));
    expect(all.map((hit) => [hit.conversationTitle, hit.messageId])).toEqual([
      ['apple two', null],
      ['apple one', null],
      ['apple two', made[2]?.message.id],
      ['pear', made[1]?.message.id],
      ['apple one', made[0]?.message.id],
    ]);
    expect(all[0]).toEqual({
      conversationId: made[2]?.conversation.id,
      conversationTitle: 'apple two',
      messageId: null,
      snippet: [
        { text: 'apple', match: true },
        { text: ' two', match: false },
      ],
      createdAtMs: made[2]?.conversation.createdAtMs,
    });
    const [titles, messages] = [all.slice(0, 2), all.slice(2)];
    // Many titles don't hide messages.
    for (const limit of [1, 2, 3, 4]) {
      const value = [...titles.slice(0, limit), ...messages.slice(0, limit)];
      expect(store.search('apple', limit)).toEqual({ ok: true, value });
    }
  });
}

function followsChanges(open: OpenStore): void {
  test('follows changes: new titles, new texts, answers once they are done', () => {
    const store = open(testEnvironment());
    const conversation = expectOk(store.create({ title: 'old title' }));
    const count = (query: string) => expectOk(store.search(query, 10)).length;
    store.rename(conversation.id, 'new title');
    expect([count('old'), count('new')]).toEqual([0, 1]);
    const answer = say(store, conversation, 'half', { role: 'assistant', status: 'streaming' });
    store.updateMessage(answer.id, { parts: [text('half and more')] });
    expect(count('half')).toBe(0);
    store.updateMessage(answer.id, { parts: [text('the whole')], status: 'complete' });
    expect([count('half'), count('whole')]).toEqual([0, 1]);
    store.updateMessage(answer.id, { parts: [text('another')] });
    expect([count('whole'), count('another')]).toEqual([0, 1]);
    store.updateMessage(answer.id, { parts: [] });
    expect(count('another')).toBe(0);
  });

  test('searches texts and refusals, not other parts', () => {
    const store = open(testEnvironment());
    const conversation = expectOk(store.create({ title: 'x' }));
    say(store, conversation, 'alpha', {
      parts: [
        text('alpha'),
        { kind: 'refusal', text: 'bravo' },
        { kind: 'thinking', text: 'charlie' },
        { kind: 'tool-call', callId: 'delta', name: 'delta', inputJson: '{"delta":1}' },
        { kind: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'echo' } },
      ],
    });
    const found = ['alpha', 'bravo', 'charlie', 'delta', 'echo'].filter(
      (query) => expectOk(store.search(query, 5)).length > 0,
    );
    expect(found).toEqual(['alpha', 'bravo']);
  });
}
