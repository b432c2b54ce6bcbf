import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUDIT_ACTIONS } from '@postern/protocol';
import {
  freshHome,
  runPostern,
  skipBecause,
  startFakeUpstream,
  startKeyringSession,
  upPostern,
  whyNoKeyringSession,
  type FakeUpstream,
  type FreshHome,
} from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signIn } from './app-client.ts';
import { recordsIn, SEGMENT } from './audit-records.ts';

const PASSPHRASE = 'three blind mice run';
const VALUE = 'sk-the-old-value-that-is-long-enough';
const NEXT = 'sk-the-new-value-that-is-long-enough';
const CALLS = 3;

/** Files of other programs that hold a key, encrypted with a known password. */
const TOKEN =
  'gAAAAABlU_EAAAECAwQFBgcICQoLDA0OD-kjjkR9hsUsFaqyq5YKG2BO9fx9eKzw3I1EBbDAnj2nCYFQeGmpOY7twntPcRA6FhGw3Cxm2cQk7XcVqwCQur0DcMkY2bbMkppsXyiHXbM-';
const SALT = Buffer.from([...Array(16).keys()]);

interface Row {
  readonly does: string;
  /** Drives the product. An array of words is one command that must succeed. */
  readonly drive: readonly string[] | (() => Promise<void>);
  readonly input?: string;
  /** The records that the log then has, and no others: action, subject, count and reason. */
  readonly records: readonly string[];
}

let home: FreshHome;
let upstream: FakeUpstream;

beforeAll(async () => {
  home = freshHome();
  upstream = await startFakeUpstream();
  const directory = join(home.path, '.config', 'postern');
  mkdirSync(directory, { recursive: true });
  const baseUrl = upstream.baseUrls['openai-chat'];
  const mine = { dialect: 'openai-chat', auth: 'bearer', baseUrl };
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ providers: { mine } }));
  const other = join(home.path, 'OTHER');
  mkdirSync(other);
  writeFileSync(join(other, 'api_keys.enc'), TOKEN);
  writeFileSync(join(other, '.key_salt'), SALT);
});

afterAll(async () => {
  await upstream.close();
  home[Symbol.dispose]();
});

async function postern(parameters: readonly string[], input = ''): Promise<string> {
  const words = parameters.map((word) => (/^[A-Z]+$/.test(word) ? join(home.path, word) : word));
  const descriptors = ['of the backup alone'];
  const options = { environment: home.environment, passphrase: PASSPHRASE, descriptors, input };
  const { code, stdout, stderr } = await runPostern(words, options);
  expect(code, `${words.join(' ')}: ${stderr}`).toBe(0);
  return stdout;
}

/** Runs the app with an unlocked vault: signs in, changes a setting, and calls the gateway. */
async function useApp(): Promise<void> {
  const key =
    /sk-postern-\S+/.exec(await postern(['key', 'create', 'theirs', '--all-models']))?.[0] ?? '';
  const running = await upPostern({ environment: home.environment, passphrase: PASSPHRASE });
  const app = await signIn(running.launchUrl);
  await app.request('PATCH', '/api/settings', { theme: 'dark' });
  await app.rememberAndForget();
  const call = async (token: string): Promise<number> => {
    const response = await fetch(`${running.address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'mine/m', messages: [{ role: 'user', content: 'hello' }] }),
    });
    await response.text();
    return response.status;
  };
  for (let at = 0; at < CALLS; at += 1) expect(await call(key)).toBe(200);
  expect(await call(`${key}x`)).toBe(401);
  await running.stop();
}

const auditDirectory = (): string => join(home.path, '.local', 'share', 'postern', 'audit');

async function removeAnchorAndAccept(): Promise<void> {
  rmSync(join(auditDirectory(), '..', 'vault', 'anchor.json'));
  await postern(['vault', 'accept-rollback']);
}

async function alterAndSetAside(): Promise<void> {
  const path = join(auditDirectory(), SEGMENT);
  writeFileSync(path, readFileSync(path, 'utf8').replace('secret.rotate', 'secret.remove'));
  await postern(['audit', 'set-aside', '--yes']);
}

async function leaveUnfinishedEnd(): Promise<void> {
  appendFileSync(join(auditDirectory(), SEGMENT), '{"v":1');
  await postern(['secret', 'list']);
}

async function importAndUndo(): Promise<void> {
  const id = '0'.repeat(26);
  const conversation = { id, title: 'x', createdAtMs: 1, updatedAtMs: 1 };
  const chats = [{ conversation, messages: [] }];
  const text = JSON.stringify({ format: 'postern-chats', version: 1, exportedAtMs: 1, chats });
  writeFileSync(join(home.path, 'CHATS'), text);
  const report = await postern(['chat', 'import', 'CHATS', '--json']);
  const run = /"id": "([0-9a-z]{26})"/.exec(report)?.[1] ?? '';
  await postern(['chat', 'imports', 'undo', run]);
}

const [UNLOCK, BEGUN, NEW] = ['vault.unlock VAULT', 'gateway.key.begin KEY', 'gateway.key.begin'];
const AUTH = ['auth', 'storage'];
const EXPORT = ['chat', 'export', '--all', '--output', 'EXPORTED'];

/** The actions of a user with an encrypted file, in this order. */
const ROWS: readonly Row[] = [
  {
    does: 'stores a first secret, which creates the vault',
    drive: ['secret', 'set', 'openai'],
    input: VALUE,
    records: ['log.begin', 'vault.create VAULT', 'secret.write openai'],
  },
  { does: 'lists secrets', drive: ['secret', 'list'], records: [UNLOCK] },
  {
    does: 'shows a secret',
    drive: ['secret', 'get', 'openai'],
    records: [UNLOCK, 'secret.read openai'],
  },
  {
    does: 'replaces a secret',
    drive: ['secret', 'rotate', 'openai'],
    input: NEXT,
    records: [UNLOCK, 'secret.rotate openai'],
  },
  {
    does: 'hands a secret to a command',
    drive: ['run', '--secret', 'KEY=postern://openai', '--', 'true'],
    records: [UNLOCK, 'secret.inject openai'],
  },
  {
    does: 'stores the key of an endpoint',
    drive: ['secret', 'set', 'mine'],
    input: VALUE,
    records: [UNLOCK, 'secret.write mine'],
  },
  {
    does: 'tests a key at its provider',
    drive: ['secret', 'test', 'mine'],
    records: [UNLOCK, 'secret.use mine', 'secret.test mine'],
  },
  {
    does: 'imports a secret and destroys its source',
    drive: ['secret', 'import', 'OTHER', '--replace', '--destroy', '--yes'],
    records: [
      ...[UNLOCK, 'secret.use openai', 'secret.import openai', 'secret.use openai'],
      'leftover.destroy (2)',
    ],
  },
  {
    does: 'removes a secret',
    drive: ['secret', 'rm', 'openai', '--yes'],
    records: [UNLOCK, 'secret.remove openai'],
  },
  {
    does: 'uses the app and the gateway',
    drive: useApp,
    records: [
      ...[UNLOCK, NEW, 'gateway.key.create KEY', 'gateway.key.update KEY models="all"'],
      ...[UNLOCK, 'app.session.begin', 'config.change', 'app.browser.remember'],
      ...['app.browser.forget', 'secret.use mine (1)', 'gateway.refuse (1) GATEWAY_KEY_REQUIRED'],
      ...[`secret.use mine (${String(CALLS - 1)})`, 'vault.lock EXIT'],
    ],
  },
  {
    does: 'changes the settings of a gateway key',
    drive: ['key', 'update', 'theirs', '--model', 'mine/m', '--owner', 'Ada', '--budget', '5/day'],
    records: [
      ...[UNLOCK, BEGUN, 'gateway.key.update KEY models=["mine/m"]'],
      'gateway.key.update KEY budget={"amountMicroUsd":5000000,"period":"day"}',
      'gateway.key.update KEY owner',
    ],
  },
  {
    does: 'rotates a gateway key',
    drive: ['key', 'rotate', 'theirs'],
    records: [UNLOCK, BEGUN, 'gateway.key.rotate KEY'],
  },
  {
    does: 'disables a gateway key',
    drive: ['key', 'disable', 'theirs'],
    records: [UNLOCK, BEGUN, 'gateway.key.disable KEY'],
  },
  {
    does: 'enables a gateway key',
    drive: ['key', 'enable', 'theirs'],
    records: [UNLOCK, BEGUN, 'gateway.key.enable KEY'],
  },
  {
    does: 'imports a gateway key',
    drive: ['key', 'import', '-', '--all', '--model', 'mine/m'],
    input: 'other sk-8fK2mQz7VxT1cRb9LpW4Ng',
    records: [UNLOCK, NEW, 'gateway.key.import KEY', 'gateway.key.update KEY models=["mine/m"]'],
  },
  {
    does: 'revokes a gateway key',
    drive: ['key', 'revoke', 'theirs'],
    records: [UNLOCK, BEGUN, 'gateway.key.revoke KEY'],
  },
  {
    does: 'unlocks the vault for a limited time',
    drive: ['agent', '--ttl', '1s'],
    records: [UNLOCK, 'agent.start', 'vault.lock EXPIRED', 'agent.stop EXPIRED'],
  },
  {
    does: 'backs up',
    drive: [...AUTH, 'backup', 'BACKUP', '--backup-passphrase-fd', '4'],
    records: [UNLOCK, 'vault.backup VAULT (1)'],
  },
  {
    does: 'restores a backup',
    drive: [...AUTH, 'restore', 'BACKUP', '--yes', '--backup-passphrase-fd', '4'],
    records: [UNLOCK, 'vault.restore VAULT (1)'],
  },
  {
    does: 'creates a new recovery code',
    drive: ['vault', 'recovery'],
    records: [UNLOCK, UNLOCK, 'vault.rekey VAULT', 'vault.slot.change VAULT'],
  },
  {
    does: 'changes the data key, which a second process confirms',
    drive: [...AUTH, 'rekey'],
    records: [UNLOCK, UNLOCK, 'vault.rekey VAULT'],
  },
  {
    does: 'accepts an older copy of the vault files',
    drive: removeAnchorAndAccept,
    records: [UNLOCK, 'vault.rollback.accept VAULT'],
  },
  { does: 'exports chats', drive: EXPORT, records: [UNLOCK, 'chat.export (0)'] },
  {
    does: 'imports chats, and undoes the import',
    drive: importAndUndo,
    records: [UNLOCK, 'chat.import (1)', UNLOCK, 'chat.import.undo (1)'],
  },
  { does: 'exports the log', drive: ['audit', 'export'], records: [UNLOCK, 'log.export (ALL)'] },
  {
    does: 'continues after an incomplete record',
    drive: leaveUnfinishedEnd,
    records: ['log.repair (6)', UNLOCK],
  },
  {
    does: 'sets a damaged log aside',
    drive: alterAndSetAside,
    records: ['log.set-aside (7) AUDIT_DAMAGED'],
  },
];

/** The same with a keyring, for actions that need one. */
const KEYRING_ROWS: readonly Row[] = [
  {
    does: 'stores a first secret',
    drive: ['secret', 'set', 'openai'],
    input: VALUE,
    records: ['log.begin', 'vault.create VAULT', 'secret.write openai'],
  },
  {
    does: 'adds a passphrase',
    drive: ['vault', 'passphrase', '--new-passphrase-fd', '3'],
    records: [UNLOCK, 'vault.slot.add VAULT'],
  },
  {
    does: 'moves to the encrypted file',
    drive: [...AUTH, 'migrate', '--to', 'file'],
    records: [UNLOCK, 'vault.migrate VAULT (1)'],
  },
];

describe('the audit log', () => {
  test('every action in the table has a test row', () => {
    const driven = new Set(
      [...ROWS, ...KEYRING_ROWS].flatMap(({ records }) =>
        records.map((record) => record.split(' ')[0]),
      ),
    );
    const undriven = Object.keys(AUDIT_ACTIONS).filter((action) => !driven.has(action));
    expect(undriven).toEqual([]);
  });

  test.each(ROWS)('records a user who $does', async ({ drive, input, records }) => {
    mkdirSync(join(auditDirectory(), '..'), { recursive: true, mode: 0o700 });
    const before = recordsIn(auditDirectory());
    if (typeof drive === 'function') await drive();
    else await postern(drive, input);
    const after = recordsIn(auditDirectory());
    const isNewLog = after[0] !== before[0];
    const all = String(before.length + 1);
    const expected = records.map((record) => record.replace('ALL', all));
    expect(after.slice(isNewLog ? 0 : before.length)).toEqual(expected);
  });
});

const why = whyNoKeyringSession();

describe.skipIf(skipBecause('the audit log of a vault in GNOME Keyring', why))(
  'the audit log with a keyring',
  () => {
    test('records a user who adds a passphrase and moves to the file', async () => {
      await using session = await startKeyringSession('unlocked');
      const { environment } = session;
      const directory = join(environment['HOME'] ?? '', '.local', 'share', 'postern', 'audit');
      for (const { drive, input = '' } of KEYRING_ROWS) {
        if (typeof drive === 'function') continue;
        const ended = await runPostern(drive, { environment, passphrase: PASSPHRASE, input });
        expect(ended).toMatchObject({ code: 0 });
      }
      expect(recordsIn(directory)).toEqual(KEYRING_ROWS.flatMap(({ records }) => records));
    });
  },
);
