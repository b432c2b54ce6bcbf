import { act, render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { providerId, type Message } from '@postern/protocol';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Toasts } from '../controls/toasts.tsx';
import { models } from '../models/models.ts';
import { fakeServer, json, noContent, turnStream } from '../testing/fake-server.ts';
import { conversation, idOf, message, modelGroup } from '../testing/page-data.ts';
import { liveAnswer, openNewChat, type OpenChat } from './chat.ts';
import { Composer } from './composer.tsx';
import { turnParts } from './later-turns.ts';
import { MessageList } from './message-list.tsx';
import { treeOf } from './tree.ts';

const server = fakeServer();
const CHAT = conversation(1);
const PATH = `/api/conversations/${CHAT.id}`;
const TURNS = `POST ${PATH}/turns`;
const STOP = `POST ${PATH}/stop?answer=${idOf(2)}`;
const QUESTION = message(1, 'What is a gate?', { role: 'user', parentId: null });
const answer = (changes: Partial<Message> = {}): Message =>
  message(2, 'A door.', {
    role: 'assistant',
    parentId: idOf(1),
    provider: providerId.from('acme'),
    model: 'a-1',
    ...changes,
  });
const limited = (atMs: number, retryAfterMs: number): Message =>
  answer({
    parts: [],
    status: 'failed',
    failure: { code: 'UPSTREAM_RATE_LIMITED', message: 'Too many.', retryAfterMs, atMs },
  });

function show(...messages: readonly Message[]): OpenChat {
  const open = openNewChat(CHAT);
  open.chat.update((now) => ({ ...now, tree: treeOf(messages) }));
  render(
    <>
      <MessageList open={open} target={undefined} />
      <Composer id={CHAT.id} conversation={CHAT} run={undefined} />
      <Toasts />
    </>,
  );
  return open;
}

const answerOf = (): HTMLElement => screen.getByRole('article', { name: 'Answer' });
const buttons = (): readonly string[] => {
  const notice = answerOf().querySelector<HTMLElement>('.notice');
  return notice === null
    ? []
    : within(notice)
        .getAllByRole('button')
        .map((button) => button.textContent);
};
const click = async (name: string): Promise<void> => {
  await userEvent.click(screen.getByRole('button', { name }));
};

beforeAll(async () => {
  await turnParts.load();
});

beforeEach(() => {
  models.set({ status: 'loaded', groups: [modelGroup('Acme', 'a-1', 'a-2')] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the end of an answer', () => {
  const failed = (code: 'UPSTREAM_KEY_REFUSED' | 'UPSTREAM_TOO_LARGE'): Message =>
    answer({ parts: [], status: 'failed', failure: { code, message: 'No.' } });
  it.each<readonly [string, Message, readonly string[]]>([
    ['a rejected key', failed('UPSTREAM_KEY_REFUSED'), ['Change key', 'Try again']],
    ['a long chat', failed('UPSTREAM_TOO_LARGE'), ['Try again with…', 'New chat']],
    ['an empty answer', answer({ parts: [] }), ['Try again', 'Try again with…']],
    [
      'only thinking',
      answer({ parts: [{ kind: 'thinking', text: 'Hm' }] }),
      ['Try again', 'Try again with…'],
    ],
    ['the length limit', answer({ stopReason: 'max-tokens' }), ['Continue']],
    ['a refusal', answer({ stopReason: 'refusal' }), ['Edit question', 'Try again with…']],
    ['a full context', answer({ stopReason: 'context-full' }), ['Try again with…', 'New chat']],
    ['a crash', answer({ status: 'interrupted' }), ['Continue', 'Try again']],
    ['a crash before the text', answer({ status: 'interrupted', parts: [] }), ['Try again']],
    ['nothing special', answer(), []],
    ['an edited answer', answer({ parts: [], edited: true }), []],
  ])('%s offers what helps', (_name, message, expected) => {
    show(QUESTION, message);
    expect(buttons()).toEqual(expected);
  });

  it('leads to the key of its provider', async () => {
    show(QUESTION, failed('UPSTREAM_KEY_REFUSED'));
    await click('Change key');
    expect(window.location.hash).toBe('#/settings/providers/acme');
  });

  it('continues in the same message, with the answer’s own model', async () => {
    server.reply(TURNS, turnStream().reply);
    show(QUESTION, answer({ status: 'interrupted', model: 'a-2' }));
    await click('Continue');
    const expected = { parentId: idOf(1), continues: idOf(2), provider: 'acme', model: 'a-2' };
    expect(server.sentTo(TURNS)).toEqual([expected]);
  });

  it('edits the question of a refusal', async () => {
    show(QUESTION, answer({ stopReason: 'refusal' }));
    await click('Edit question');
    expect(screen.getByLabelText('Edit message')).toBe(document.activeElement);
  });
});

describe('a rate limit', () => {
  it('is counted down, and the answer is requested once in its place if that was chosen', async () => {
    vi.useFakeTimers({ now: 1_000_000 });
    server.reply(TURNS, turnStream().reply);
    show(QUESTION, limited(1_000_000, 5000));
    expect(answerOf().textContent).toContain('wait 5 s');
    act(() => {
      screen.getByRole('button', { name: 'Retry when possible' }).click();
    });
    await act(() => vi.advanceTimersByTimeAsync(3000));
    expect(answerOf().textContent).toContain('wait 2 s');
    expect(server.sentTo(TURNS)).toEqual([]);
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    const expected = { parentId: idOf(1), continues: idOf(2), provider: 'acme', model: 'a-1' };
    expect(server.sentTo(TURNS)).toEqual([expected]);
  });

  it('requests nothing by itself otherwise, or if that is taken back', async () => {
    vi.useFakeTimers({ now: 1_000_000 });
    show(QUESTION, limited(1_000_000, 5000));
    for (const name of ['Retry when possible', 'Don’t retry']) {
      act(() => {
        screen.getByRole('button', { name }).click();
      });
    }
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(server.requests()).toEqual([]);
    expect(buttons()).toEqual(['Try again', 'Try again with…']);
  });

  it.each([
    ['a day', 24 * 3_600_000, /asks to wait until/],
    ['a time in the past', 0, /Too many/],
  ])('with %s can be tried again at once', (_name, retryAfterMs, text) => {
    vi.useFakeTimers({ now: 1_000_000 });
    show(QUESTION, limited(1_000_000, retryAfterMs));
    expect(answerOf().textContent).toMatch(text);
    expect(buttons()).toEqual(['Try again', 'Try again with…']);
  });
});

describe('an answer that stalls', () => {
  it('says so after 30 seconds without an event, and not before', async () => {
    vi.useFakeTimers();
    const open = show(QUESTION, answer({ status: 'streaming' }));
    act(() => {
      const run = { at: 'answering', answers: new Map([[idOf(2), { stopping: false }]]) } as const;
      open.chat.update((now) => ({ ...now, run }));
    });
    const text = 'Nothing has arrived for 30 seconds.';
    await act(() => vi.advanceTimersByTimeAsync(29_000));
    act(() => {
      liveAnswer(open, idOf(2)).update((now) => ({ ...now, parts: [{ kind: 'text', text: 'A' }] }));
    });
    await act(() => vi.advanceTimersByTimeAsync(29_000));
    expect(screen.queryByText(text)).toBeNull();
    await act(() => vi.advanceTimersByTimeAsync(2000));
    expect(screen.queryByText(text)).not.toBeNull();
    server.reply(STOP, noContent());
    act(() => {
      screen.getByRole('button', { name: 'Stop' }).click();
    });
    expect(server.sentTo(STOP)).toHaveLength(1);
  });
});

describe('changing messages', () => {
  it('saves an edited answer beside it, without a model', async () => {
    const edited = { ...answer({ edited: true }), id: idOf(3), createdAtMs: 3 };
    server.reply(`POST ${PATH}/messages`, json(edited));
    show(QUESTION, answer());
    await click('Edit answer');
    await userEvent.type(screen.getByLabelText('Edit message'), '!');
    await click('Save');
    expect(server.sentTo(`POST ${PATH}/messages`)).toEqual([
      { message: idOf(2), text: 'A door.!' },
    ]);
    expect(await screen.findByText('Edited')).toHaveProperty('isConnected', true);
    expect(screen.getByText('2/2')).toHaveProperty('isConnected', true);
    expect(server.sentTo(TURNS)).toEqual([]);
  });

  it('deletes a message and undoes it', async () => {
    show(QUESTION, answer());
    server.reply(`DELETE ${PATH}/messages/${idOf(2)}`, noContent());
    server.reply(`POST ${PATH}/messages/${idOf(2)}/restore`, noContent());
    server.reply(`GET ${PATH}`, json({ conversation: CHAT, earlier: [], messages: [QUESTION] }));
    await userEvent.click(within(answerOf()).getByRole('button', { name: 'More' }));
    await click('Delete');
    await screen.findByText('Message deleted.');
    expect(screen.queryByRole('article', { name: 'Answer' })).toBeNull();
    const whole = { conversation: CHAT, earlier: [], messages: [QUESTION, answer()] };
    server.reply(`GET ${PATH}`, json(whole));
    await click('Undo');
    expect(await screen.findByRole('article', { name: 'Answer' })).toHaveProperty(
      'isConnected',
      true,
    );
  });

  it('quotes a message in the composer, after what is there', async () => {
    show(QUESTION, answer({ parts: [{ kind: 'text', text: 'A door.\n\nIn a wall.' }] }));
    const field = screen.getByLabelText('Message');
    await userEvent.type(field, 'Hm');
    await userEvent.click(within(answerOf()).getByRole('button', { name: 'More' }));
    await click('Quote');
    await expect.poll(() => field).toHaveProperty('value', 'Hm\n\n> A door.\n>\n> In a wall.\n\n');
  });

  it('ArrowUp in an empty composer edits the last question, and does nothing otherwise', async () => {
    show(QUESTION, answer());
    const field = screen.getByLabelText('Message');
    await userEvent.type(field, 'x{ArrowUp}');
    expect(screen.queryByLabelText('Edit message')).toBeNull();
    await userEvent.clear(field);
    await userEvent.type(field, '{ArrowUp}');
    expect(screen.getByLabelText('Edit message')).toHaveProperty('value', 'What is a gate?');
  });
});
