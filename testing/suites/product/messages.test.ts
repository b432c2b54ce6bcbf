import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshHome, runPostern, type FreshHome } from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const PASSPHRASE = 'three blind mice run';

interface Row {
  readonly name: string;
  readonly command: string;
  readonly input?: string;
  readonly code: number;
  /** The whole standard error. */
  readonly stderr: string;
}

/** Without a terminal, a keyring or a passphrase. */
const IN_A_FRESH_HOME: readonly Row[] = [
  {
    name: 'a first secret without a way to get a passphrase',
    command: 'secret set openai',
    code: 4,
    stderr:
      'postern: No keyring is available, and there is no terminal to ask for a new passphrase. ' +
      'Pass a new passphrase with --passphrase-fd N, or run the command in a terminal. ' +
      '[VAULT_NOT_SET_UP]\n',
  },
  {
    name: 'help for a command that does not exist',
    command: 'nonsense --help',
    code: 2,
    stderr: 'postern: postern has no such command. Run postern --help. [USAGE]\n',
  },
];

const WITH_A_VAULT: readonly Row[] = [
  {
    name: 'a locked vault without a terminal',
    command: 'secret list',
    code: 3,
    stderr:
      'postern: The vault is locked, and there is no terminal to ask for the passphrase. Unlock it ' +
      'in the app, or give the passphrase: at a terminal when asked, else with --passphrase-fd N. ' +
      '[VAULT_LOCKED]\n',
  },
  {
    name: 'an output file that exists',
    command: 'inject -i TEMPLATE -o TEMPLATE',
    code: 8,
    stderr:
      'postern: TEMPLATE already exists and was left unchanged. Choose another name, or overwrite it ' +
      'with --force. [OUTPUT_EXISTS]\n',
  },
];

const WITH_ITS_PASSPHRASE: readonly Row[] = [
  {
    name: 'an empty value',
    command: 'secret set openai',
    code: 2,
    stderr:
      'postern: The value is empty; nothing was stored. Pipe the value in: postern secret set ' +
      'openai < FILE. [USAGE]\n',
  },
  {
    name: 'a value that is too long',
    command: 'secret set openai',
    input: 'x'.repeat(70_000),
    code: 2,
    stderr:
      'postern: Standard input is too long for a secret; nothing was stored. Enter a text value ' +
      'of at most 64 KiB. [SECRET_INVALID]\n',
  },
];

let home: FreshHome;

beforeAll(() => {
  home = freshHome();
  writeFileSync(join(home.path, 'TEMPLATE'), '');
});
afterAll(() => {
  home[Symbol.dispose]();
});

async function expectRow(row: Row, passphrase?: string): Promise<void> {
  const path = join(home.path, 'TEMPLATE');
  const words = row.command.split(' ').map((word) => (word === 'TEMPLATE' ? path : word));
  const ended = await runPostern(words, {
    environment: home.environment,
    input: row.input ?? '',
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  expect({ code: ended.code, stderr: ended.stderr.replaceAll(path, 'TEMPLATE') }).toEqual({
    code: row.code,
    stderr: row.stderr,
  });
}

describe('messages of commands that fail', () => {
  test.each(IN_A_FRESH_HOME)('$name', async (row) => {
    await expectRow(row);
  });

  describe('with a vault', () => {
    beforeAll(async () => {
      const given = { environment: home.environment, passphrase: PASSPHRASE, input: 'sk-value' };
      expect(await runPostern(['secret', 'set', 'a'], given)).toMatchObject({ code: 0 });
    });

    test.each(WITH_A_VAULT)('$name', async (row) => {
      await expectRow(row);
    });

    test.each(WITH_ITS_PASSPHRASE)('$name', async (row) => {
      await expectRow(row, PASSPHRASE);
    });
  });
});
