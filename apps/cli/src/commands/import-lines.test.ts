import { expect, test } from 'vitest';
import { importLines } from './import-lines.ts';

test("lists gateway keys by name without importing them; file content can't control the terminal", () => {
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
    'claude-code-api: data/keys.json (dry run, nothing is changed)',
    'Found no secrets to import.',
    'Skipped: bad\ufffd[2J\ufffd (a login; sign in again instead).',
    'Skipped: the gateway key phone, which is readable in the file. To import it: postern key import FILE --only NAME --all-models.',
    'Skipped: the inactive gateway key old\ufffd, which is readable in the file. To import it: postern key import FILE --only NAME --all-models.',
    'Destroyed: /gone.json',
    'Still exposed: /keys\ufffd.json (in plain text).',
    'To destroy these files, run the command again with --destroy.',
    'Copies in backups and snapshots remain, so replace the keys at their providers too.',
  ]);
});
