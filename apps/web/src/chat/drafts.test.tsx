import { act, render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { appApi } from '../api/app-api.ts';
import { fakeServer, json, noContent, unreachable } from '../testing/fake-server.ts';
import { conversation } from '../testing/page-data.ts';
import { Composer } from './composer.tsx';
import { loadDrafts, storeDrafts, watchDrafts } from './drafts.ts';

const server = fakeServer();
const CHAT = conversation(1);
const PUT = 'PUT /api/drafts';

const field = (): HTMLElement => screen.getByLabelText('Message');
const value = (): unknown => Reflect.get(field(), 'value');

beforeEach(() => {
  render(<Composer id={CHAT.id} conversation={CHAT} run={undefined} />);
});

describe('a draft', () => {
  it('is stored when typing pauses, and when the field is empty again', async () => {
    await userEvent.type(field(), 'half a');
    expect(server.sentTo(PUT)).toEqual([]);
    await waitFor(() => {
      expect(server.sentTo(PUT)).toEqual([{ conversation: CHAT.id, text: 'half a' }]);
    });
    await userEvent.clear(field());
    await waitFor(() => {
      expect(server.sentTo(PUT)).toContainEqual({ conversation: CHAT.id, text: '' });
    });
  });

  it('comes back after a reload, but not over a newer text', async () => {
    server.reply('GET /api/drafts', json([{ conversation: CHAT.id, text: 'stored' }]));
    await act(loadDrafts);
    expect(value()).toBe('stored');
    await userEvent.type(field(), ' and more');
    await act(loadDrafts);
    expect(value()).toBe('stored and more');
  });

  it('is stored in the order of typing', async () => {
    let release = (): void => undefined;
    const first = new Promise<Response>((resolve) => {
      release = () => {
        resolve(new Response(null, { status: 204 }));
      };
    });
    server.reply(PUT, async () => await first);
    await userEvent.type(field(), 'a');
    const earlier = storeDrafts();
    await waitFor(() => {
      expect(server.sentTo(PUT)).toHaveLength(1);
    });
    await userEvent.clear(field());
    expect(server.sentTo(PUT)).toHaveLength(1);
    release();
    await earlier;
    await storeDrafts();
    expect(server.sentTo(PUT).at(-1)).toEqual({ conversation: CHAT.id, text: '' });
  });

  it('is stored once the process is back', async () => {
    onTestFinished(watchDrafts());
    server.reply(PUT, unreachable());
    await userEvent.type(field(), 'kept');
    await storeDrafts();
    expect(value()).toBe('kept');
    server.reply(PUT, noContent());
    server.reply('GET /api/providers', json([]));
    await appApi.providers();
    await waitFor(() => {
      expect(server.sentTo(PUT)).toHaveLength(2);
    });
  });

  it('is stored when the page closes', async () => {
    onTestFinished(watchDrafts());
    await userEvent.type(field(), 'last words');
    window.dispatchEvent(new Event('pagehide'));
    expect(server.sentTo(PUT)).toEqual([{ conversation: CHAT.id, text: 'last words' }]);
  });
});
