import { act, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { applyState, refresh, session, watchSession } from '../session/session.ts';
import { fakeServer, json, unreachable } from '../testing/fake-server.ts';
import { appState } from '../testing/page-data.ts';
import { LostConnection } from './lost-connection.tsx';

const server = fakeServer();
let stopWatching: () => void;

beforeEach(async () => {
  stopWatching = watchSession();
  applyState(appState());
  server.reply('GET /api/state', unreachable());
  await refresh();
});

afterEach(() => {
  vi.useRealTimers();
  stopWatching();
});

describe('LostConnection', () => {
  it('appears in the session when a request cannot reach the process', () => {
    expect(session.get()).toMatchObject({ at: 'open', lost: true });
  });

  it('reconnects when the user tries again', async () => {
    render(<LostConnection />);
    expect(screen.getByRole('alert').textContent).toContain('Postern isn’t running.');
    server.reply('GET /api/state', json(appState()));
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(session.get()).toMatchObject({ at: 'open', lost: false });
  });

  it('stays lost while the process does not respond', async () => {
    render(<LostConnection />);
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(session.get()).toMatchObject({ at: 'open', lost: true });
  });

  it('retries every three seconds', async () => {
    vi.useFakeTimers();
    render(<LostConnection />);
    const before = server.sentTo('GET /api/state').length;
    await act(() => vi.advanceTimersByTimeAsync(6500));
    expect(server.sentTo('GET /api/state')).toHaveLength(before + 2);
  });
});
