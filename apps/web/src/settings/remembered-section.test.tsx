import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { BrowserView } from '@postern/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, fakeServer, json, noContent } from '../testing/fake-server.ts';
import { RememberedSection } from './remembered-section.tsx';

const server = fakeServer();
const view = (id: string, browser: string): BrowserView => ({
  ...{ id, browser, rememberedAtMs: 0, lastUsedAtMs: 0, current: false },
});
const HERE = view('1', 'Firefox on Linux');
const THERE = view('2', 'Chrome on macOS');

beforeEach(() => {
  window.localStorage.setItem('postern-browser', '1');
  server.reply('GET /api/browsers', json([HERE, THERE]));
});

afterEach(() => {
  window.localStorage.clear();
});

describe('RememberedSection', () => {
  it('lists the browsers and says which one this is', async () => {
    render(<RememberedSection />);
    await screen.findByText('Firefox on Linux (this browser)');
    expect(screen.queryByText('Chrome on macOS')).not.toBeNull();
  });

  it('forgets another browser by keyboard and keeps the focus in the section', async () => {
    server.reply('DELETE /api/browsers/2', noContent());
    render(<RememberedSection />);
    const button = await screen.findByRole('button', { name: 'Forget Chrome on macOS' });
    server.reply('GET /api/browsers', json([HERE]));
    button.focus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => screen.queryByText('Chrome on macOS')).toBeNull();
    expect(document.activeElement?.textContent).toBe('Remembered browsers');
    expect(window.localStorage.getItem('postern-browser')).toBe('1');
  });

  it('forgets this browser together with its id', async () => {
    server.reply('DELETE /api/browsers/1', noContent());
    render(<RememberedSection />);
    await userEvent.click(await screen.findByRole('button', { name: 'Forget Firefox on Linux' }));
    expect(server.sentTo('DELETE /api/browsers/1')).toHaveLength(1);
    await expect.poll(() => window.localStorage.getItem('postern-browser')).toBeNull();
  });

  it('shows a failure and keeps the list', async () => {
    server.reply('DELETE /api/browsers/2', failure('INTERNAL', 'It failed.'));
    render(<RememberedSection />);
    await userEvent.click(await screen.findByRole('button', { name: 'Forget Chrome on macOS' }));
    expect((await screen.findByRole('alert')).textContent).toContain('It failed.');
    expect(screen.queryByText('Chrome on macOS')).not.toBeNull();
  });
});
