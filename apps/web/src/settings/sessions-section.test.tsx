import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { SessionView } from '@postern/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { applyState, session } from '../session/session.ts';
import { failure, fakeServer, json, noContent } from '../testing/fake-server.ts';
import { appState } from '../testing/page-data.ts';
import { SessionsSection } from './sessions-section.tsx';

const server = fakeServer();
const view = (id: string, browser: string, current = false): SessionView => ({
  id,
  browser,
  current,
  beganAtMs: 0,
  lastUsedAtMs: 0,
});
const HERE = view('1', 'Firefox on Linux', true);
const THERE = view('2', 'Chrome on macOS');

const click = async (name: string): Promise<void> => {
  await userEvent.click(await screen.findByRole('button', { name }));
};

beforeEach(() => {
  applyState(appState());
  server.reply('GET /api/sessions', json([THERE, HERE]));
});

describe('SessionsSection', () => {
  it('shows this browser first', async () => {
    render(<SessionsSection />);
    await screen.findByText('Firefox on Linux (this browser)');
    const titles = [...document.querySelectorAll('strong')].map((each) => each.textContent);
    expect(titles).toEqual([
      'Firefox on Linux (this browser)',
      'Chrome on macOS',
      'Other browsers',
    ]);
  });

  it('signs out this browser', async () => {
    server.reply('DELETE /api/session', noContent());
    render(<SessionsSection />);
    await click('Sign out');
    expect(session.get()).toEqual({ at: 'signed-out', problem: undefined });
  });

  it('signs out another browser and reloads the list', async () => {
    server.reply('DELETE /api/sessions/2', noContent());
    render(<SessionsSection />);
    await screen.findByText('Chrome on macOS');
    server.reply('GET /api/sessions', json([HERE]));
    await click('Sign out Chrome on macOS');
    await expect.poll(() => screen.queryByText('Chrome on macOS')).toBeNull();
    expect(screen.queryByText('Other browsers')).toBeNull();
  });

  it('signs out all other browsers', async () => {
    server.reply('DELETE /api/sessions', noContent());
    render(<SessionsSection />);
    await click('Sign out other browsers');
    expect(server.sentTo('DELETE /api/sessions')).toHaveLength(1);
  });

  it('shows a failure and keeps the list', async () => {
    server.reply('DELETE /api/sessions/2', failure('INTERNAL', 'It failed.'));
    render(<SessionsSection />);
    await click('Sign out Chrome on macOS');
    expect((await screen.findByRole('alert')).textContent).toContain('It failed.');
    expect(screen.queryByText('Chrome on macOS')).not.toBeNull();
  });
});
