import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { applyState, session } from '../session/session.ts';
import { failure, fakeServer, json } from '../testing/fake-server.ts';
import { appState, provider, storageView } from '../testing/page-data.ts';
import { SettingsPage } from './settings-page.tsx';

const server = fakeServer();
const show = (section: Parameters<typeof SettingsPage>[0]['section']): void => {
  render(<SettingsPage state={appState()} section={section} onSidebar={vi.fn()} />);
};

beforeEach(() => {
  applyState(appState());
  server.reply('GET /api/storage', json(storageView()));
  server.reply('GET /api/gateway/keys', json([]));
  server.reply('GET /api/backups', json([]));
});

describe('SettingsPage', () => {
  it('marks the current section in the tabs and in the title', () => {
    show('gateway');
    const tabs = within(screen.getByRole('navigation', { name: 'Settings' }));
    expect(tabs.getByRole('link', { current: 'page' }).textContent).toBe('Gateway');
    expect(document.title).toBe('Gateway · Postern');
  });

  it('shows the sidebar on request', async () => {
    const sidebar = vi.fn();
    render(<SettingsPage state={appState()} section="storage" onSidebar={sidebar} />);
    await userEvent.click(screen.getByRole('button', { name: 'Show sidebar' }));
    expect(sidebar).toHaveBeenCalledOnce();
  });

  it('lists the providers and opens the endpoint form', async () => {
    server.reply('GET /api/providers', json([provider()]));
    show('providers');
    expect(await screen.findByRole('listitem', { name: 'Acme' })).toHaveProperty(
      'isConnected',
      true,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Add endpoint' }));
    expect(screen.queryByRole('form', { name: 'New endpoint' })).not.toBeNull();
  });

  it('switches gateway examples with the mouse and the arrow keys', async () => {
    show('gateway');
    await userEvent.click(screen.getByRole('tab', { name: 'curl' }));
    expect(screen.getByRole('tabpanel').textContent).toContain('curl http://127.0.0.1:7420');
    await userEvent.keyboard('{ArrowRight}');
    expect(document.activeElement?.textContent).toBe('OpenAI, Python');
    expect(screen.getByRole('tabpanel').textContent).toContain('from openai import OpenAI');
  });

  it('applies a theme at once and saves it', async () => {
    server.reply('PATCH /api/settings', json({ theme: 'dark' }));
    show('appearance');
    await userEvent.click(screen.getByRole('radio', { name: 'Dark' }));
    expect(document.documentElement.dataset['theme']).toBe('dark');
    expect(server.sentTo('PATCH /api/settings')).toEqual([{ theme: 'dark' }]);
    expect(session.get()).toMatchObject({ state: { settings: { theme: 'dark' } } });
  });

  it.each([
    ['High', 'contrast', 'high'],
    ['Largest', 'textSize', 'largest'],
    ['Full', 'columnWidth', 'full'],
    ['As code', 'diagrams', 'code'],
  ])('applies %s at once and saves it', async (label, name, value) => {
    server.reply('PATCH /api/settings', json({ [name]: value }));
    show('appearance');
    await userEvent.click(screen.getByRole('radio', { name: label }));
    expect(document.documentElement.dataset[name]).toBe(value);
    expect(server.sentTo('PATCH /api/settings')).toEqual([{ [name]: value }]);
  });

  it('restores the theme when it could not be saved', async () => {
    server.reply('PATCH /api/settings', failure('DISK_FULL', 'The disk is full.'));
    show('appearance');
    await userEvent.click(screen.getByRole('radio', { name: 'Dark' }));
    await screen.findByText('The disk is full.');
    expect(document.documentElement.dataset['theme']).toBe('system');
  });
});
