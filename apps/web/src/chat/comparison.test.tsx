import { act, render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { providerId, type Message } from '@postern/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Toasts } from '../controls/toasts.tsx';
import { models, pickedModels } from '../models/models.ts';
import { failure, fakeServer, json, noContent, turnStream } from '../testing/fake-server.ts';
import { conversation, idOf, message, modelGroup } from '../testing/page-data.ts';
import { applyToChat, closeChats, openChat } from './chat.ts';
import { ChatPage } from './chat-page.tsx';
import { comparedModels } from './compared-models.ts';
import { comparisonParts } from './later-comparison.ts';
import { turnParts } from './later-turns.ts';

const server = fakeServer();
const CHAT = conversation(1);
const PATH = `/api/conversations/${CHAT.id}`;
const TURNS = `POST ${PATH}/turns`;
const QUESTION = message(1, 'What is a gate?', { role: 'user', parentId: null });
const ACME = providerId.from('acme');

/** The answer in a column, of the model with that number. */
const column = (at: number, changes: Partial<Message> = {}, number = 2 + at): Message =>
  message(number, `From ${String(at)}.`, {
    role: 'assistant',
    parentId: idOf(1),
    provider: ACME,
    model: `a-${String(at)}`,
    comparison: { id: 'one', column: at },
    ...changes,
  });
const streaming = (at: number): Message => column(at, { parts: [], status: 'streaming' });

function store(messages: readonly Message[], choices?: readonly Message['id'][]): void {
  const rest = choices === undefined ? {} : { choices };
  server.reply(`GET ${PATH}`, json({ conversation: CHAT, earlier: [], messages, ...rest }));
}

function show(): void {
  const route = { at: 'conversation', id: CHAT.id } as const;
  render(
    <>
      <ChatPage route={route} onSidebar={() => undefined} />
      <Toasts />
    </>,
  );
}

const columns = (): readonly HTMLElement[] =>
  within(screen.getByRole('region', { name: 'Comparison' })).getAllByRole('group');
const texts = (): readonly string[] =>
  columns().map((each) => each.querySelector('.md')?.textContent.trim() ?? '');
const click = async (name: string | RegExp): Promise<void> => {
  await userEvent.click(await screen.findByRole('button', { name }));
};

beforeAll(async () => {
  await Promise.all([comparisonParts.load(), turnParts.load()]);
});

beforeEach(() => {
  closeChats();
  comparedModels.set(new Map());
  pickedModels.set(new Map());
  const groups = [modelGroup('Acme', 'a-0', 'a-1', 'a-2', 'a-3', 'a-4')];
  models.set({ status: 'loaded', groups });
  server.reply('GET /api/models', json(groups));
  server.reply(`PUT ${PATH}/choice`, noContent());
  server.reply(`GET ${PATH}/answer`, noContent());
});

describe('choosing models to compare', () => {
  it('sends the question to all of them, once', async () => {
    store([]);
    show();
    await click('Compare models');
    const search = await screen.findByLabelText('Search models');
    await userEvent.type(search, 'a-2{Enter}');
    await userEvent.clear(search);
    await userEvent.type(search, 'a-1{Enter}');
    expect(screen.getByText('3 of 4 chosen')).toHaveProperty('isConnected', true);
    await userEvent.type(search, '{Control>}{Enter}{/Control}');
    const chips = screen.getByRole('list', { name: 'Models to compare' });
    expect(within(chips).getAllByRole('listitem')).toHaveLength(3);
    const stream = turnStream();
    server.reply(TURNS, stream.reply);
    await userEvent.type(screen.getByLabelText('Message'), 'Hi{Enter}');
    await expect
      .poll(() => server.sentTo(TURNS))
      .toEqual([
        {
          parentId: null,
          text: 'Hi',
          provider: 'acme',
          model: 'a-0',
          compareWith: [
            { provider: 'acme', model: 'a-2' },
            { provider: 'acme', model: 'a-1' },
          ],
        },
      ]);
    expect(screen.queryByRole('list', { name: 'Models to compare' })).toBeNull();
  });

  it('takes at most four, and one fewer when one is removed', async () => {
    store([]);
    show();
    await click('Compare models');
    const options = await screen.findAllByRole('option');
    for (const option of options) await userEvent.click(option);
    // The chosen model was there already, so the first click removed it.
    expect(options.map((each) => each.getAttribute('aria-selected'))).toEqual([
      ...['false', 'true', 'true', 'true', 'true'],
    ]);
    await click('Compare');
    const remove = await screen.findAllByRole('button', { name: 'Remove from comparison' });
    expect(remove).toHaveLength(3);
    if (remove[0] !== undefined) await userEvent.click(remove[0]);
    expect(screen.getAllByRole('button', { name: 'Remove from comparison' })).toHaveLength(2);
  });

  it('are kept when the server refuses the question', async () => {
    store([]);
    show();
    await screen.findByRole('button', { name: 'Compare models' });
    act(() => {
      comparedModels.set(new Map([[CHAT.id, [{ provider: ACME, model: 'a-2' }]]]));
    });
    server.reply(TURNS, failure('ANSWERS_LIMITED', 'Too many answers.'));
    await userEvent.type(screen.getByLabelText('Message'), 'Hi{Enter}');
    await screen.findByText('Too many answers.');
    expect(await screen.findByRole('list', { name: 'Models to compare' })).toHaveProperty(
      'isConnected',
      true,
    );
    expect(screen.getByLabelText('Message')).toHaveProperty('value', 'Hi');
  });
});

describe('a running comparison', () => {
  it('streams each answer into its column, and announces which has ended', async () => {
    store([QUESTION, streaming(0), streaming(1)]);
    const stream = turnStream();
    server.reply(`GET ${PATH}/answer`, stream.reply);
    show();
    await screen.findByRole('region', { name: 'Comparison' });
    for (const at of [0, 1]) {
      stream.send({ kind: 'started', answer: column(at, { status: 'streaming' }) });
    }
    await expect.poll(texts).toEqual(['From 0.', 'From 1.']);
    stream.send({
      kind: 'answer',
      answerId: idOf(3),
      event: { kind: 'part-delta', index: 0, delta: { kind: 'text', text: ' More.' } },
    });
    await expect.poll(texts).toEqual(['From 0.', 'From 1. More.']);
    expect(screen.getAllByRole('button', { name: /^Stop a-/ })).toHaveLength(2);
    stream.send({ kind: 'done', answer: column(0), conversation: CHAT });
    await screen.findByText('a-0 has answered.');
    expect(screen.getAllByRole('button', { name: /^Stop a-/ })).toHaveLength(1);
    expect(screen.getByRole('button', { name: 'Stop (Esc)' })).toHaveProperty('disabled', false);
    stream.send({
      kind: 'done',
      answer: column(1, { status: 'failed', failure: { code: 'INTERNAL', message: 'No.' } }),
      conversation: CHAT,
    });
    await screen.findByText('The answer of a-1 failed.');
    await screen.findByRole('button', { name: 'Send' });
  });

  it('is stopped one by one, or whole', async () => {
    store([QUESTION, streaming(0), streaming(1)]);
    server.reply(`GET ${PATH}/answer`, () => turnStream().reply());
    server.reply(`POST ${PATH}/stop?answer=${idOf(3)}`, noContent());
    server.reply(`POST ${PATH}/stop`, noContent());
    show();
    await click('Stop a-1');
    expect(server.sentTo(`POST ${PATH}/stop?answer=${idOf(3)}`)).toHaveLength(1);
    expect(screen.getByRole('button', { name: 'Stop a-1' })).toHaveProperty('disabled', true);
    expect(screen.getByRole('button', { name: 'Stop a-0' })).toHaveProperty('disabled', false);
    await click('Stop (Esc)');
    expect(server.sentTo(`POST ${PATH}/stop`)).toHaveLength(1);
  });

  it('requests a failed answer again in its column, while the other one runs', async () => {
    const failed = column(1, {
      status: 'failed',
      failure: { code: 'UPSTREAM_OVERLOADED', message: 'Busy.' },
    });
    store([QUESTION, streaming(0), failed]);
    server.reply(`GET ${PATH}/answer`, () => turnStream().reply());
    const retry = turnStream();
    server.reply(TURNS, retry.reply);
    show();
    await click('Try again');
    await expect
      .poll(() => server.sentTo(TURNS))
      .toEqual([{ parentId: idOf(1), inPlaceOf: idOf(3), provider: 'acme', model: 'a-1' }]);
    retry.send({ kind: 'started', answer: column(0, { status: 'streaming' }) });
    retry.send({ kind: 'started', answer: column(1, { parts: [], status: 'streaming' }, 4) });
    await expect.poll(texts).toEqual(['From 0.', '']);
    expect(screen.getAllByRole('button', { name: /^Stop a-/ })).toHaveLength(2);
  });
});

describe('a finished comparison', () => {
  it('goes on with the chosen answer, whose versions the others are', async () => {
    store([QUESTION, column(0), column(1), column(2)]);
    show();
    await click('Continue with this answer of a-1');
    expect(server.sentTo(`PUT ${PATH}/choice`)).toEqual([{ message: idOf(3) }]);
    expect(screen.queryByRole('region', { name: 'Comparison' })).toBeNull();
    await screen.findByText('2/3');
    const shown = screen.getByRole('article', { name: 'Answer' });
    await userEvent.click(within(shown).getByRole('button', { name: 'More' }));
    await click('Show side by side');
    expect(texts()).toEqual(['From 0.', 'From 1.', 'From 2.']);
  });

  it('ends on this page when another page chooses', async () => {
    store([QUESTION, column(0), column(1)]);
    show();
    await screen.findByRole('region', { name: 'Comparison' });
    store([QUESTION, column(0), column(1)], [idOf(2)]);
    act(() => {
      applyToChat(openChat(CHAT.id), { kind: 'messages', id: CHAT.id });
    });
    await screen.findByText('1/2');
    expect(screen.queryByRole('region', { name: 'Comparison' })).toBeNull();
  });

  it('sends nothing before an answer is chosen, and keeps the message', async () => {
    store([QUESTION, column(0), column(1)]);
    show();
    await screen.findByRole('region', { name: 'Comparison' });
    await userEvent.type(screen.getByLabelText('Message'), 'And then?{Enter}');
    await screen.findByText(/^Choose the answer to continue with, or merge them\./);
    expect(screen.getByLabelText('Message')).toHaveProperty('value', 'And then?');
    expect(server.sentTo(TURNS)).toEqual([]);
  });

  it('is merged by a model, in a message that shows what is sent', async () => {
    store([QUESTION, column(0), column(1)]);
    const stream = turnStream();
    server.reply(TURNS, stream.reply);
    show();
    await click('Merge with…');
    await userEvent.type(await screen.findByLabelText('Search models'), 'a-4{Enter}');
    await expect.poll(() => server.sentTo(TURNS)).toHaveLength(1);
    expect(server.sentTo(`PUT ${PATH}/choice`)).toEqual([{ message: idOf(2) }]);
    const [turn] = server.sentTo(TURNS);
    expect(turn).toMatchObject({ parentId: idOf(2), provider: 'acme', model: 'a-4' });
    expect(turn).toHaveProperty('text', expect.stringContaining('From 1.'));
    await screen.findByText(/Answer from a-1/);
  });

  it('is requested again from other models', async () => {
    store([QUESTION, column(0), column(1)]);
    const stream = turnStream();
    server.reply(TURNS, stream.reply);
    show();
    await click('Compare again');
    await userEvent.type(await screen.findByLabelText('Search models'), 'a-3{Enter}');
    await click('Compare');
    await expect
      .poll(() => server.sentTo(TURNS))
      .toEqual([
        {
          parentId: idOf(1),
          provider: 'acme',
          model: 'a-0',
          compareWith: [
            { provider: 'acme', model: 'a-1' },
            { provider: 'acme', model: 'a-3' },
          ],
        },
      ]);
  });

  it('moves between columns with the arrow keys', async () => {
    store([QUESTION, column(0), column(1)]);
    show();
    await screen.findByRole('region', { name: 'Comparison' });
    const [first, second] = columns();
    first?.focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(document.activeElement).toBe(second);
    await userEvent.keyboard('{ArrowRight}{ArrowLeft}');
    expect(document.activeElement).toBe(first);
  });
});
