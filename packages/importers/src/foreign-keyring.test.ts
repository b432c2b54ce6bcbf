import { expectOk, ok, Secret } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { valuesOf } from './testing/import-world.ts';
import { describeImportFailure } from './describe-import-failure.ts';
import { readByAttributes, readForeignKeyring, type ForeignKeyring } from './foreign-keyring.ts';
import type { KeyringConvention } from './source-names.ts';

interface Item {
  readonly attributes: Readonly<Record<string, string>>;
  readonly value: string;
}

/** A keyring with these items. */
function keyringOf(items: readonly Item[]): ForeignKeyring {
  return {
    value: (wanted) => {
      const found = items.find(({ attributes }) =>
        Object.entries(wanted).every(([name, value]) => attributes[name] === value),
      );
      return Promise.resolve(ok(found === undefined ? undefined : Secret.of(found.value)));
    },
    remove: () => Promise.resolve(ok(false)),
    accounts: (service) => {
      const found = items.filter(({ attributes }) => attributes['service'] === service);
      return Promise.resolve(
        ok(
          found.map(({ attributes, value }) => ({
            account: attributes['username'] ?? '',
            value: Secret.of(value),
          })),
        ),
      );
    },
  };
}

const ITEM_JSON = JSON.stringify({
  Key: 'work',
  Data: Buffer.from('from item').toString('base64'),
});
const KEYRING = keyringOf([
  {
    attributes: { service: 'svc', username: 'openai', application: 'Python keyring library' },
    value: 'k1',
  },
  { attributes: { service: 'svc', username: 'groq', target: 'default' }, value: 'k2' },
  { attributes: { Title: 'svc', UserName: 'mistral' }, value: 'k3' },
  { attributes: { profile: 'work' }, value: ITEM_JSON },
  { attributes: { profile: 'broken' }, value: 'no item' },
  { attributes: { service: 'claude-for-linux', username: 'anthropic-api-key' }, value: 'k4' },
  { attributes: { service: 'Claude Code-credentials', username: 'me' }, value: 'login' },
  { attributes: { mine: 'yes', kind: 'key' }, value: 'k5' },
]);

const ROWS: readonly (readonly [KeyringConvention, string, string | undefined, object])[] = [
  ['python-keyring', 'svc', undefined, { openai: 'k1', groq: 'k2' }],
  ['python-keyring', 'svc', 'openai', { openai: 'k1' }],
  ['keyring-rs', 'svc', 'groq', { groq: 'k2' }],
  ['python-keyring-keepassxc', 'svc', 'mistral', { mistral: 'k3' }],
  ['99designs', 'svc', 'work', { work: 'from item' }],
  ['99designs', 'svc', 'broken', {}],
  ['claude-for-linux', '', undefined, { anthropic: 'k4' }],
  ['python-keyring', 'nobody', undefined, {}],
  ['python-keyring', 'svc', 'nobody', {}],
];

describe('the keyring items of other programs', () => {
  test.each(ROWS)('%s, service %s, account %s', async (convention, service, account, expected) => {
    const item = account === undefined ? { service } : { service, account };
    const found = expectOk(await readForeignKeyring(KEYRING, convention, item));
    expect(valuesOf(found)).toEqual(expected);
  });

  test('reads an item by any attributes', async () => {
    const found = expectOk(await readByAttributes(KEYRING, { mine: 'yes', kind: 'key' }, 'Mine'));
    expect(valuesOf(found)).toEqual({ mine: 'k5' });
  });

  test("doesn't read the login of Claude Code", async () => {
    const service = 'Claude Code-credentials';
    const failure = { reason: 'import-forbidden', service } as const;
    const refused = { ok: false, failure };
    expect(await readForeignKeyring(KEYRING, 'keyring-rs', { service })).toEqual(refused);
    expect(await readByAttributes(KEYRING, { service }, 'x')).toEqual(refused);
    expect(describeImportFailure(failure).code).toBe('IMPORT_FORBIDDEN');
  });

  test("requires an account if accounts can't be listed", async () => {
    const failure = { reason: 'import-account-needed', convention: '99designs' } as const;
    const result = await readForeignKeyring(KEYRING, '99designs', { service: 'svc' });
    expect(result).toEqual({ ok: false, failure });
    expect(describeImportFailure(failure).message).toMatch(/: 99designs\.$/);
  });
});
