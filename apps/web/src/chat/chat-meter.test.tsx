import { act, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { Message, ModelFacts } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { models } from '../models/models.ts';
import { conversation, idOf, message, modelGroup } from '../testing/page-data.ts';
import { ChatMeter } from './chat-meter.tsx';
import { openChat, openNewChat } from './chat.ts';
import { treeOf } from './tree.ts';

/** Shows the meter of a chat whose answer used these tokens, with a model of which this is known. */
function show(inputTokens: number, facts: ModelFacts | undefined, changes: Partial<Message> = {}) {
  const group = modelGroup('Acme', 'a-1');
  models.set({
    status: 'loaded',
    groups: [{ ...group, models: [{ id: 'a-1', label: 'A', ...(facts && { facts }) }] }],
  });
  const open = openNewChat({ ...conversation(1), provider: group.provider, model: 'a-1' });
  const question = message(1, 'Why?', { role: 'user', parentId: null });
  const answer = message(2, 'Because.', {
    role: 'assistant',
    parentId: idOf(1),
    model: 'a-1',
    usage: { inputTokens, outputTokens: 0 },
    ...changes,
  });
  open.chat.update((now) => ({ ...now, tree: treeOf([question, answer]) }));
  render(<ChatMeter open={open} />);
}

describe('the meter of a chat', () => {
  it('shows how much of the context is used, and its numbers at a click', async () => {
    show(20_000, { contextWindow: 200_000 }, { measures: { durationMs: 1, costMicroUsd: 40_000 } });
    expect(screen.getByRole('meter', { name: 'Context' }).getAttribute('value')).toBe('20000');
    expect(screen.queryByText('10%')).not.toBeNull();
    await userEvent.click(screen.getByText('10%'));
    expect(screen.queryByText('20,000 of 200,000 tokens')).not.toBeNull();
    expect(screen.queryByText('$0.04')).not.toBeNull();
    expect(screen.queryByText(/close to the model’s limit/)).toBeNull();
  });

  it('warns near the limit', () => {
    show(160_000, { contextWindow: 200_000 });
    expect(screen.queryByText(/close to the model’s limit/)).not.toBeNull();
    expect(document.querySelector('.chat-meter')?.getAttribute('data-full')).toBe('true');
  });

  it('shows tokens only if neither the limit nor the price is known', () => {
    show(1234, undefined);
    expect(screen.queryByRole('meter')).toBeNull();
    expect(screen.queryAllByText('1,234 tokens').length).toBeGreaterThan(0);
    expect(screen.queryByText('The model’s limit isn’t known.')).not.toBeNull();
    expect(screen.queryByText('Cost')).toBeNull();
    expect(screen.queryByText('Answers whose price isn’t known: 1')).not.toBeNull();
  });

  it('counts an earlier message once, also after it was loaded', () => {
    show(1234, undefined);
    act(() => {
      const numbers = { usedTokens: 5000, withoutCost: 0 };
      openChat(conversation(1).id).chat.update((now) => ({
        ...now,
        earlier: { ids: new Set([idOf(2)]), numbers },
      }));
    });
    expect(screen.queryByText('5,000 tokens')).not.toBeNull();
  });

  it('says when it estimates', () => {
    show(10, { contextWindow: 1000 }, { status: 'interrupted' });
    expect(screen.queryByText('Context (estimate)')).not.toBeNull();
  });
});
