import { expect, test } from 'vitest';
import { importLines } from './import-lines.ts';

test('gateway keys are told by name and not adopted; nothing steers the terminal', () => {
  const lines = importLines({
    label: 'claude-code-api: data/keys.json',
    dryRun: true,
    secrets: [],
    skipped: [{ entry: 'bad\u001b[2J\u202e', why: 'oauth-token' }],
    gatewayKeys: [
      { name: 'phone', isActive: true },
      { name: 'old\u0007', isActive: false },
    ],
    leftovers: [{ path: '/keys\n.json', exposure: 'plaintext' }],
    destroyed: ['/gone.json'],
  });
  expect(lines).toEqual([
    'claude-code-api: data/keys.json (dry run: nothing is changed)',
    'No secrets to import.',
    'Not taken: bad\ufffd[2J\ufffd (a login; log in anew instead).',
    'Not taken: the gateway key phone, which stands readable in the file; make its client a new one: postern key create NAME.',
    'Not taken: the inactive gateway key old\ufffd, which stands readable in the file; make its client a new one: postern key create NAME.',
    'Destroyed: /gone.json',
    'Still there: /keys\ufffd.json (in plain text).',
    'Destroy what is still there: --destroy.',
    'Copies in backups and snapshots stay: replace the keys at their providers too.',
  ]);
});
