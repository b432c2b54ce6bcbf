import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { gatewayKeyId, type GatewayKeyView } from '@postern/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { failure, fakeServer, json, noContent } from '../testing/fake-server.ts';
import { GatewayKeys } from './gateway-keys.tsx';

const server = fakeServer();
const LIST = 'GET /api/gateway/keys';
const KEY = 'sk-the-new-key';
const VIEW: GatewayKeyView = {
  id: gatewayKeyId.from('0'.repeat(26)),
  name: 'laptop',
  hint: '…Ab3d',
  state: 'active',
  models: ['gpt-5'],
  limits: { requestsPerMinute: 60 },
  budget: { amountMicroUsd: 2_500_000, period: 'month' },
  expiresAtMs: null,
  lastUsedAtMs: null,
};
const PATH = `/api/gateway/keys/${VIEW.id}`;

beforeEach(() => {
  server.reply(LIST, json([VIEW]));
});

describe('GatewayKeys', () => {
  it('shows each key in short', async () => {
    render(<GatewayKeys />);
    await screen.findByText('laptop');
    expect(
      screen.getByText('Active · gpt-5 · 60 requests a minute · $2.50 a month · Never used'),
    ).not.toBeNull();
  });

  it('creates a key by keyboard, and shows it once', async () => {
    server.reply('POST /api/gateway/keys', json({ key: KEY, view: VIEW }));
    render(<GatewayKeys />);
    await userEvent.click(await screen.findByRole('button', { name: 'New key…' }));
    await userEvent.keyboard('laptop');
    await userEvent.type(screen.getByLabelText('Models'), 'gpt-5, anthropic/*');
    await userEvent.type(screen.getByLabelText('Requests a minute'), 'x');
    expect(screen.getByText('Enter a whole number.')).not.toBeNull();
    await userEvent.clear(screen.getByLabelText('Requests a minute'));
    await userEvent.type(screen.getByLabelText(/^Budget/), '2,50{Enter}');
    await screen.findByText(KEY);
    expect(server.sentTo('POST /api/gateway/keys')).toEqual([
      {
        ...{ name: 'laptop', models: ['gpt-5', 'anthropic/*'], limits: {} },
        budget: { amountMicroUsd: 2_500_000, period: 'month' },
      },
    ]);
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(screen.queryByText(KEY)).toBeNull();
  });

  it('disables, rotates and revokes a key', async () => {
    server.reply(`PATCH ${PATH}`, json({ ...VIEW, state: 'disabled' }));
    server.reply(`POST ${PATH}/rotate`, json({ key: KEY, view: VIEW }));
    server.reply(`DELETE ${PATH}`, noContent());
    render(<GatewayKeys />);
    await userEvent.click(await screen.findByRole('button', { name: 'Disable laptop' }));
    expect(server.sentTo(`PATCH ${PATH}`)).toEqual([{ disabled: true }]);
    await userEvent.click(screen.getByRole('button', { name: 'Rotate laptop' }));
    expect(server.sentTo(`POST ${PATH}/rotate`)).toEqual([]);
    const rotate = within(screen.getByRole('dialog', { name: 'Rotate laptop?' }));
    await userEvent.click(rotate.getByRole('button', { name: 'Rotate' }));
    await screen.findByText(KEY);
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    server.reply(LIST, json([]));
    await userEvent.click(screen.getByRole('button', { name: 'Revoke laptop' }));
    const revoke = within(screen.getByRole('dialog', { name: 'Revoke laptop?' }));
    await userEvent.click(revoke.getByRole('button', { name: 'Revoke' }));
    await screen.findByText('No keys yet. Create one for each program.');
    expect(server.sentTo(`DELETE ${PATH}`)).toHaveLength(1);
  });

  it('shows why a key was not created, and keeps the form', async () => {
    server.reply('POST /api/gateway/keys', failure('GATEWAY_KEY_NAME_TAKEN', 'It is taken.'));
    render(<GatewayKeys />);
    await userEvent.click(await screen.findByRole('button', { name: 'New key…' }));
    await userEvent.keyboard('laptop{Enter}');
    expect((await screen.findByRole('alert')).textContent).toContain('It is taken.');
    expect(screen.getByLabelText('Name')).toHaveProperty('value', 'laptop');
  });
});
