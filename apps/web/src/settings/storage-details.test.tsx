import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { applyState, session } from '../session/session.ts';
import { failure, fakeServer, json, noContent } from '../testing/fake-server.ts';
import { appState, storageView } from '../testing/page-data.ts';
import { StorageDetails } from './storage-details.tsx';

const server = fakeServer();
const REPORT = { erased: [], failed: [], kept: [], downloads: 0 };

beforeEach(() => {
  applyState(appState());
  server.reply('GET /api/storage', json(storageView({ trashed: 2 })));
  server.reply('GET /api/backups', json([]));
});

const openErase = async (): Promise<void> => {
  render(<StorageDetails />);
  await userEvent.click(await screen.findByRole('button', { name: 'Erase…' }));
};

describe('StorageDetails', () => {
  it('shows what is stored, where, how large it is and how it is protected', async () => {
    render(<StorageDetails />);
    const [chats] = await screen.findAllByRole('listitem');
    expect(chats?.textContent).toMatch(/Chats and attachments1[.,]2 MB.*Encrypted.*conversations/);
  });

  it('empties the trash after a confirmation', async () => {
    server.reply('DELETE /api/trash', noContent());
    render(<StorageDetails />);
    await userEvent.click(await screen.findByRole('button', { name: 'Empty…' }));
    expect(server.sentTo('DELETE /api/trash')).toEqual([]);
    server.reply('GET /api/storage', json(storageView()));
    await userEvent.click(screen.getByRole('button', { name: 'Empty trash' }));
    await screen.findByText('The trash is empty.');
    expect(server.sentTo('DELETE /api/trash')).toHaveLength(1);
  });

  it('erases everything only with the words and the passphrase, and then shows the report', async () => {
    server.reply('POST /api/erase', json(REPORT));
    window.localStorage.setItem('postern.theme', 'dark');
    await openErase();
    const dialog = within(screen.getByRole('dialog'));
    const button = dialog.getByRole('button', { name: 'Erase everything' });
    expect(document.activeElement).toBe(dialog.getByLabelText('Passphrase'));
    await userEvent.keyboard('three blind mice run');
    await userEvent.type(dialog.getByLabelText(/^Type/), 'erase everythin');
    expect(button).toHaveProperty('disabled', true);
    await userEvent.type(dialog.getByLabelText(/^Type/), 'g{Enter}');
    await expect.poll(() => session.get()).toEqual({ at: 'erased', report: REPORT });
    expect(server.sentTo('POST /api/erase')).toEqual([
      { confirmation: 'erase everything', passphrase: 'three blind mice run' },
    ]);
    expect(window.localStorage.length).toBe(0);
  });

  it('shows why nothing was erased', async () => {
    server.reply('POST /api/erase', failure('VAULT_WRONG_PASSPHRASE', 'Wrong passphrase.'));
    await openErase();
    await userEvent.type(screen.getByLabelText('Passphrase'), 'wrong');
    await userEvent.type(screen.getByLabelText(/^Type/), 'erase everything{Enter}');
    expect((await screen.findByRole('alert')).textContent).toContain('Wrong passphrase.');
    expect(session.get()).toMatchObject({ at: 'open' });
  });

  it('asks for no passphrase if there is none', async () => {
    server.reply('GET /api/storage', json(storageView({ slots: ['keyring', 'recovery'] })));
    server.reply('POST /api/erase', json(REPORT));
    await openErase();
    await userEvent.keyboard('erase everything{Enter}');
    await expect.poll(() => session.get()).toMatchObject({ at: 'erased' });
    expect(server.sentTo('POST /api/erase')).toEqual([{ confirmation: 'erase everything' }]);
  });
});
