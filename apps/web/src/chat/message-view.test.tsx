import { act, render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { Message, Part } from '@postern/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { models } from '../models/models.ts';
import { fakeServer, noContent, turnStream } from '../testing/fake-server.ts';
import { conversation, idOf, message, modelGroup } from '../testing/page-data.ts';
import { liveAnswer, openNewChat, type OpenChat, type Run } from './chat.ts';
import { chatExtras } from './later-extras.ts';
import { turnParts } from './later-turns.ts';
import { MessageList } from './message-list.tsx';
import { treeOf } from './tree.ts';

const server = fakeServer();
const TURNS = `POST /api/conversations/${conversation(1).id}/turns`;
const QUESTION = message(1, 'What is a gate?', { role: 'user', parentId: null });
const answer = (changes: Partial<Message> = {}, number = 2): Message =>
  message(number, 'A **door**.', { role: 'assistant', parentId: idOf(1), ...changes });

/** Shows a chat with these messages. */
function show(...messages: readonly Message[]): OpenChat {
  const open = openNewChat(conversation(1));
  open.chat.update((now) => ({ ...now, tree: treeOf(messages) }));
  render(<MessageList open={open} target={undefined} />);
  return open;
}

const answering = (stopping: boolean): Run => ({
  at: 'answering',
  answers: new Map([[idOf(2), { stopping }]]),
});
const answerOf = (): HTMLElement => screen.getByRole('article', { name: 'Answer' });
const button = (name: string): HTMLElement => within(answerOf()).getByRole('button', { name });

beforeAll(async () => {
  await Promise.all([turnParts.load(), chatExtras.load()]);
});

beforeEach(() => {
  models.set({ status: 'loaded', groups: [modelGroup('Acme', 'a-1')] });
});

describe('message view', () => {
  it('shows questions, answers, tool results and system prompts as such', () => {
    show(
      message(1, 'Be brief.', { role: 'system', parentId: null }),
      message(2, 'Hi', { role: 'user', parentId: idOf(1) }),
      message(3, 'Hello', { role: 'assistant', parentId: idOf(2) }),
      message(4, '', {
        role: 'user',
        parentId: idOf(3),
        parts: [{ kind: 'tool-result', callId: 'c', content: [], isError: false }],
      }),
    );
    const names = screen.getAllByRole('article').map((each) => each.getAttribute('aria-label'));
    expect(names).toEqual(['System prompt', 'You', 'Answer', 'Tool results']);
    expect(screen.queryByText('The tool returned nothing.')).not.toBeNull();
  });

  it('shows questions and system prompts as typed', () => {
    const typed = 'a\n  *b*\n1. c';
    show(
      message(1, typed, { role: 'system', parentId: null }),
      message(2, typed, { role: 'user', parentId: idOf(1) }),
    );
    for (const name of ['System prompt', 'You']) {
      const article = screen.getByRole('article', { name });
      expect(article.querySelector('.typed-lines')?.textContent).toBe(typed);
    }
  });

  it('renders markdown and names the model', () => {
    models.set({ status: 'loaded', groups: [modelGroup('Demo', 'scripted')] });
    const [group] = models.get().groups;
    if (group === undefined) throw new Error('no group');
    show(QUESTION, answer({ provider: group.provider, model: 'scripted' }));
    expect(within(answerOf()).getByText('door').tagName).toBe('STRONG');
    expect(within(answerOf()).getByRole('heading').textContent).toBe('scripted');
    expect(within(answerOf()).queryByText('Offline demo')).not.toBeNull();
  });

  it.each<readonly [string, Part, string]>([
    ['took a moment', { kind: 'thinking', text: 'Hm.', durationMs: 4200 }, 'Thought for 4 s'],
    ['was quick', { kind: 'thinking', text: 'Hm.', durationMs: 20 }, 'Thought for less than 1 s'],
    ['took long', { kind: 'thinking', text: 'Hm.', durationMs: 65_000 }, 'Thought for 1 min 5 s'],
    ['isn’t shown', { kind: 'thinking', text: '', durationMs: 3000 }, 'Thought for 3 s'],
    ['wasn’t timed', { kind: 'thinking', text: 'Hm.' }, 'Thinking'],
  ])('says how long reasoning took that %s', (_name, part, label) => {
    show(QUESTION, answer({ parts: [part] }));
    expect(within(answerOf()).queryByText(label)).not.toBeNull();
  });

  it('shows short arguments and results of tools at once, and indents their JSON', () => {
    show(
      QUESTION,
      answer({
        parts: [
          { kind: 'tool-call', callId: 'a', name: 'short', inputJson: '{"a":1}' },
          { kind: 'tool-call', callId: 'b', name: 'long', inputJson: `[${'1,'.repeat(50)}1]` },
          {
            kind: 'tool-result',
            callId: 'a',
            content: [{ kind: 'text', text: '{"b":[2]}' }],
            isError: false,
          },
        ],
      }),
    );
    const cards = [...answerOf().querySelectorAll('details')];
    expect(cards.map(({ open }) => open)).toEqual([true, false, true]);
    expect(cards[0]?.querySelector('code:not(.tool-preview)')?.textContent).toBe('{\n  "a": 1\n}');
    expect(cards[2]?.querySelector('pre')?.textContent).toBe('{\n  "b": [\n    2\n  ]\n}');
  });

  it.each<readonly [string, Partial<Message>, string]>([
    [
      'failed',
      { status: 'failed', failure: { code: 'UPSTREAM_OVERLOADED', message: 'Acme is busy.' } },
      'Acme is busy.',
    ],
    ['failed for an unknown reason', { status: 'failed' }, 'Couldn’t get an answer.'],
    [
      'was stopped',
      { status: 'interrupted', failure: { code: 'REQUEST_CANCELLED', message: 'Cancelled.' } },
      'Stopped.',
    ],
    ['was cut off', { status: 'interrupted' }, 'The answer is incomplete.'],
    ['is too long', { stopReason: 'max-tokens' }, 'The answer reached the length limit.'],
    [
      'did not fit',
      { stopReason: 'context-full' },
      'This chat is too long for the model. Start a new chat or choose another model.',
    ],
  ])('says that an answer %s', (_name, changes, text) => {
    show(QUESTION, answer(changes));
    expect(within(answerOf()).queryByText(text)).not.toBeNull();
  });

  it.each<readonly [Part, string]>([
    [{ kind: 'thinking', text: 'Hmm' }, 'Thinking'],
    [
      { kind: 'redacted-thinking', data: 'x' },
      'Encrypted reasoning that only the provider can read.',
    ],
    [{ kind: 'refusal', text: 'No.' }, 'The model declined to answer.'],
    [{ kind: 'tool-call', callId: 'c', name: 'search', inputJson: '{"a":1}' }, 'search'],
    [
      { kind: 'opaque', dialect: 'openai-chat', value: { type: 'new_block' } },
      'as sent by openai-chat',
    ],
  ])('shows a part %o', (part, text) => {
    show(QUESTION, answer({ parts: [part] }));
    expect(within(answerOf()).queryByText(text)).not.toBeNull();
  });

  it('streams an answer and announces it', () => {
    const open = show(QUESTION, answer({ parts: [], status: 'streaming' }));
    act(() => {
      const run = answering(false);
      open.chat.update((now) => ({ ...now, run }));
      liveAnswer(open, idOf(2)).update((now) => ({
        ...now,
        parts: [{ kind: 'text', text: 'A do' }],
      }));
    });
    expect(answerOf().textContent).toContain('A do');
    expect(screen.getByRole('status').textContent).toBe('The model is answering.');
    act(() => {
      const run = answering(true);
      open.chat.update((now) => ({ ...now, run }));
    });
    expect(within(answerOf()).queryByText('Stopping…')).not.toBeNull();
  });

  it('keeps the elements of an answer when it ends', () => {
    const text = 'One.\n\nTwo.\n\nThree.';
    const open = show(QUESTION, answer({ status: 'streaming', parts: [] }));
    act(() => {
      const run = answering(false);
      open.chat.update((now) => ({ ...now, run }));
      const parts = [{ kind: 'text', text }] as const;
      liveAnswer(open, idOf(2)).update((now) => ({ ...now, parts }));
    });
    const before = [...answerOf().querySelectorAll('.md p')];
    expect(before).toHaveLength(3);
    act(() => {
      const tree = treeOf([QUESTION, answer({ parts: [{ kind: 'text', text }] })]);
      open.chat.update((now) => ({ ...now, run: undefined, tree }));
    });
    expect(screen.getByRole('status').textContent).toBe('The answer is complete.');
    expect([...answerOf().querySelectorAll('.md p')]).toEqual(before);
    expect(before.every((element) => element.isConnected)).toBe(true);
  });

  it.each<readonly [Message['status'], string]>([
    ['complete', 'The answer is complete.'],
    ['interrupted', 'The answer ended early.'],
    ['failed', 'The answer failed.'],
  ])('announces the end of a %s answer once, and not that of an old one', (status, text) => {
    const failure = { code: 'UPSTREAM_OVERLOADED', message: 'Acme is busy.' } as const;
    const open = show(QUESTION, answer({ status, failure }));
    expect(screen.getByRole('status').textContent).toBe('');
    expect(screen.queryByRole('alert')).toBeNull();
    for (const run of [answering(false), undefined]) {
      act(() => {
        open.chat.update((now) => ({ ...now, run }));
      });
    }
    expect(screen.getByRole('status').textContent).toBe(text);
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('message actions', () => {
  it('copies the text of a message', async () => {
    const user = userEvent.setup();
    show(QUESTION, answer());
    await user.click(button('Copy message'));
    expect(await window.navigator.clipboard.readText()).toBe('A **door**.');
  });

  it('regenerates an answer with the current model', async () => {
    server.reply(TURNS, turnStream().reply);
    show(QUESTION, answer());
    await userEvent.click(button('Regenerate'));
    expect(server.sentTo(TURNS)).toEqual([{ parentId: idOf(1), provider: 'acme', model: 'a-1' }]);
  });

  it('cannot regenerate without a model', () => {
    models.set({ status: 'loaded', groups: [] });
    show(QUESTION, answer());
    expect(button('Regenerate')).toHaveProperty('disabled', true);
  });

  it('switches between versions, and stores the choice', async () => {
    const route = `PUT /api/conversations/${conversation(1).id}/choice`;
    server.reply(route, noContent());
    show(QUESTION, answer(), answer({ parts: [{ kind: 'text', text: 'A wall.' }] }, 3));
    expect(answerOf().textContent).toContain('A wall.');
    expect(screen.queryByLabelText('Version 2 of 2')).not.toBeNull();
    expect(button('Next version')).toHaveProperty('disabled', true);
    await userEvent.click(button('Previous version'));
    expect(answerOf().textContent).toContain('A door.');
    expect(button('Previous version')).toHaveProperty('disabled', true);
    expect(server.sentTo(route)).toEqual([{ message: idOf(2) }]);
  });

  it('shows the token count', () => {
    show(QUESTION, answer({ usage: { inputTokens: 3, outputTokens: 4 } }));
    expect(within(answerOf()).queryByText('3 in · 4 out tokens')).not.toBeNull();
  });
});

describe('editing a question', () => {
  const edit = async (): Promise<HTMLElement> => {
    await userEvent.click(screen.getByRole('button', { name: 'Edit' }));
    return screen.getByLabelText('Edit message');
  };

  it('sends the new text beside the old question', async () => {
    server.reply(TURNS, turnStream().reply);
    show(QUESTION, answer());
    const field = await edit();
    expect(field).toHaveProperty('value', 'What is a gate?');
    await userEvent.clear(field);
    await userEvent.type(field, 'What is a wall?{Control>}{Enter}{/Control}');
    expect(server.sentTo(TURNS)).toEqual([
      { parentId: null, text: 'What is a wall?', branch: true, provider: 'acme', model: 'a-1' },
    ]);
    expect(screen.queryByLabelText('Edit message')).toBeNull();
  });

  it.each([
    ['Esc', () => userEvent.keyboard('{Escape}')],
    ['Cancel', () => userEvent.click(screen.getByRole('button', { name: 'Cancel' }))],
  ])('is left with %s and sends nothing', async (_name, leave) => {
    show(QUESTION, answer());
    await userEvent.type(await edit(), '!');
    await leave();
    expect(screen.queryByLabelText('Edit message')).toBeNull();
    expect(screen.queryByText('What is a gate?')).not.toBeNull();
    expect(server.requests()).toEqual([]);
  });

  it('needs text', async () => {
    show(QUESTION, answer());
    await userEvent.clear(await edit());
    expect(screen.getByRole('button', { name: 'Save and run' })).toHaveProperty('disabled', true);
  });
});
