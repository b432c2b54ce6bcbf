import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { PrivacySettings } from '@postern/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { failure, fakeServer, json } from '../testing/fake-server.ts';
import { appState } from '../testing/page-data.ts';
import { PrivacySection } from './privacy-section.tsx';

const server = fakeServer();
const SETTINGS: PrivacySettings = {
  lockAfterIdle: '20m',
  lockOnSuspend: 'auto',
  deleteKeysOnExit: false,
  clearHistoryOnExit: false,
  localModelsOnly: false,
  titlesByModel: false,
};
const sent = (): readonly unknown[] => server.sentTo('PATCH /api/privacy');

beforeEach(() => {
  server.reply('GET /api/privacy', json(SETTINGS));
  server.reply('GET /api/models', json([]));
});

describe('PrivacySection', () => {
  it('changes each setting, and shows what the process answers', async () => {
    render(<PrivacySection state={appState()} />);
    const keys = await screen.findByRole('switch', { name: 'Delete keys on exit' });
    server.reply('PATCH /api/privacy', json({ ...SETTINGS, deleteKeysOnExit: true }));
    await userEvent.click(keys);
    await expect.poll(() => keys).toHaveProperty('checked', true);
    await userEvent.click(screen.getByRole('switch', { name: 'Local models only' }));
    const idle = screen.getByRole('combobox', { name: 'Lock when not used' });
    expect(idle).toHaveProperty('value', '20m');
    await userEvent.selectOptions(idle, '5m');
    await userEvent.selectOptions(
      screen.getByRole('combobox', { name: 'Lock on suspend' }),
      'Always',
    );
    await expect
      .poll(sent)
      .toEqual([
        { deleteKeysOnExit: true },
        { localModelsOnly: true },
        { lockAfterIdle: '5m' },
        { lockOnSuspend: true },
      ]);
    expect(server.sentTo('GET /api/models')).toHaveLength(1);
  });

  it('clears the history on exit only after confirmation', async () => {
    render(<PrivacySection state={appState()} />);
    const clear = await screen.findByRole('switch', { name: 'Clear history on exit' });
    await userEvent.click(clear);
    const dialog = screen.getByRole('dialog', { name: 'Clear history on exit?' });
    expect([clear, sent()]).toEqual([expect.objectContaining({ checked: false }), []]);
    server.reply('PATCH /api/privacy', json({ ...SETTINGS, clearHistoryOnExit: true }));
    await userEvent.click(within(dialog).getByRole('button', { name: 'Turn on' }));
    await expect.poll(sent).toEqual([{ clearHistoryOnExit: true }]);
    await expect.poll(() => clear).toHaveProperty('checked', true);
  });

  it('says why a setting was not changed', async () => {
    render(<PrivacySection state={appState()} />);
    server.reply('PATCH /api/privacy', failure('CONFIG_BUSY', 'The file is busy.'));
    await userEvent.click(await screen.findByRole('switch', { name: 'Delete keys on exit' }));
    expect((await screen.findByRole('alert')).textContent).toContain('The file is busy.');
  });
});
