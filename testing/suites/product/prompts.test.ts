import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  freshHome,
  runPostern,
  runPosternKilledAt,
  skipBecause,
  startKeyringSession,
  whyNoKeyringSession,
  whyNoKilling,
  whyNoPrograms,
  type FreshHome,
} from '@postern/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { converse, enter, openTerminal } from './talk-in-terminal.ts';

const PASSPHRASE = 'three blind mice run';
const OTHER = 'see how they run away';
const VALUE = 'sk-the-value-that-is-long-enough';

let home: FreshHome;

beforeEach(() => {
  home = freshHome();
});

afterEach(() => {
  home[Symbol.dispose]();
});

const inHome = (passphrase = PASSPHRASE) => ({ environment: home.environment, passphrase });

async function makeVault(): Promise<void> {
  const set = await runPostern(['secret', 'set', 'openai'], { ...inHome(), input: VALUE });
  expect(set).toMatchObject({ code: 0 });
}

async function valueWith(passphrase: string): Promise<string> {
  return (await runPostern(['secret', 'get', 'openai', '--raw'], inHome(passphrase))).stdout;
}

const vaultFile = (): string => join(home.path, '.local/share/postern/vault/slots.json');
const NEW = [/New passphrase for the vault:$/, PASSPHRASE] as const;
const AGAIN = [/Confirm passphrase:$/, PASSPHRASE] as const;

describe.skipIf(skipBecause('prompts in a terminal', whyNoPrograms(['tmux'])))(
  'at a terminal',
  () => {
    test('secret set asks twice for a new passphrase and hides what is typed', async () => {
      await using terminal = await openTerminal(home);
      const shown = await converse(
        terminal,
        'postern secret set openai',
        [NEW, AGAIN, [/Recovery code: postern1-[^]*Value of openai:$/, VALUE]],
        0,
      );
      expect(shown).toContain('Stored openai.');
      expect(await terminal.screen.look()).not.toContain(VALUE);
      expect(await terminal.screen.look()).not.toContain(PASSPHRASE);
      expect(await valueWith(PASSPHRASE)).toBe(VALUE);
    });

    test('creates no vault with mismatched or too short passphrases', async () => {
      await using terminal = await openTerminal(home);
      const differ = await converse(
        terminal,
        'postern secret set openai',
        [NEW, [AGAIN[0], OTHER]],
        2,
      );
      expect(differ).toContain("don't match");
      const short = [[NEW[0], 'short']] as const;
      const refused = await converse(terminal, 'postern secret set openai', short, 2);
      expect(refused).toContain('it needs at least 8 characters');
      expect(existsSync(vaultFile())).toBe(false);
    });

    test('rejects a short passphrase before asking to confirm it', async () => {
      await makeVault();
      await using terminal = await openTerminal(home);
      for (const [command, present, question] of [
        ['vault passphrase', /Current passphrase:$/, NEW[0]],
        ['auth storage backup "$HOME/backup"', /\nPassphrase:$/, /Backup passphrase:$/],
      ] as const) {
        const answers = [
          [present, PASSPHRASE],
          [question, 'seven77'],
        ] as const;
        const refused = await converse(terminal, `postern ${command}`, answers, 2);
        expect(refused).toContain('it needs at least 8 characters');
      }
      expect(existsSync(join(home.path, 'backup'))).toBe(false);
      expect(await valueWith(PASSPHRASE)).toBe(VALUE);
    });

    test('Ctrl+C at the value prompt stores nothing and restores the terminal', async () => {
      await makeVault();
      await using terminal = await openTerminal(home);
      await enter(terminal, 'postern secret set openai');
      await terminal.waitFor(/Passphrase:$/);
      await enter(terminal, PASSPHRASE);
      await terminal.waitFor(/Value of openai:$/);
      await terminal.screen.press('-l', '--', 'half of a value');
      await terminal.screen.press('C-c');
      expect(await terminal.waitFor(/exit=\d+\n/)).toMatch(
        /nothing was stored\. Run the command again when you're ready\.[^]*exit=1/,
      );
      await enter(terminal, 'echo typed and shown');
      await terminal.waitFor(/^typed and shown$/m);
      expect(await terminal.screen.look()).not.toContain('half of a value');
      expect(await valueWith(PASSPHRASE)).toBe(VALUE);
    });

    test('reports that nothing was removed without confirmation', async () => {
      await makeVault();
      await using terminal = await openTerminal(home);
      const asked = [
        [/Passphrase:$/, PASSPHRASE],
        [/can't be undone\. \[y\/N\]$/, 'n'],
      ] as const;
      expect(await converse(terminal, 'postern secret rm openai', asked, 1)).toContain(
        "postern: Nothing was removed. Run the command again when you're ready. [CANCELLED]",
      );
      expect(await valueWith(PASSPHRASE)).toBe(VALUE);
    });

    test('hides a pasted value too, and ends it at the line break', async () => {
      await makeVault();
      await using terminal = await openTerminal(home);
      await enter(terminal, 'postern secret set openai');
      await terminal.waitFor(/Passphrase:$/);
      await terminal.screen.paste(`${PASSPHRASE}\n`);
      await terminal.waitFor(/Value of openai:$/);
      await terminal.screen.paste('sk-a-pasted-value-long-enough\n');
      expect(await terminal.waitFor(/exit=\d+\n/)).toContain('exit=0');
      expect(await terminal.screen.look()).not.toContain('pasted');
      expect(await valueWith(PASSPHRASE)).toBe('sk-a-pasted-value-long-enough');
    });

    test('retries a mistyped passphrase twice; the third wrong one fails', async () => {
      await makeVault();
      await using terminal = await openTerminal(home);
      const ask = /Passphrase:$/;
      const right = await converse(
        terminal,
        'postern secret get openai',
        [
          [ask, 'a wrong one'],
          [ask, 'another wrong'],
          [ask, PASSPHRASE],
        ],
        0,
      );
      expect(right).toContain('Wrong passphrase. Try again.');
      expect(right).toContain(VALUE);
      const wrong = [
        [ask, 'wrong 1'],
        [ask, 'wrong 2'],
        [ask, 'wrong 3'],
      ] as const;
      expect(await converse(terminal, 'postern secret get openai', wrong, 8)).toContain(
        '[VAULT_WRONG_PASSPHRASE]',
      );
    });

    test('vault passphrase asks for the current one, and twice for the new one', async () => {
      await makeVault();
      await using terminal = await openTerminal(home);
      const present = [/Current passphrase:$/, PASSPHRASE] as const;
      const differ = [present, [NEW[0], OTHER], AGAIN] as const;
      await converse(terminal, 'postern vault passphrase', differ, 2);
      expect(await valueWith(PASSPHRASE)).toBe(VALUE);
      const same = [present, [NEW[0], OTHER], [AGAIN[0], OTHER]] as const;
      await converse(terminal, 'postern vault passphrase', same, 0);
      expect(await valueWith(OTHER)).toBe(VALUE);
      expect(await valueWith(PASSPHRASE)).toBe('');
      expect(await terminal.screen.look()).not.toContain(OTHER);
    });

    test('a recovery code replaces a lost passphrase, and is itself replaced', async () => {
      await makeVault();
      await using terminal = await openTerminal(home);
      const ask = [/Passphrase:$/, PASSPHRASE] as const;
      const made = await converse(terminal, 'postern vault recovery', [ask], 0);
      const [code = ''] = /postern1-[a-z0-9-]+/.exec(made) ?? [];
      const slip = code.replace(/.$/, (last) => (last === 'q' ? 'p' : 'q'));
      const [question] = [/Recovery code:$/];
      await converse(terminal, 'postern vault recovery --use', [[question, slip]], 2);
      const use = [
        [question, code],
        [NEW[0], OTHER],
        [AGAIN[0], OTHER],
      ] as const;
      const used = await converse(terminal, 'postern vault recovery --use', use, 0);
      expect(used).toMatch(/postern1-/);
      expect(used).not.toContain(code);
      expect(await valueWith(OTHER)).toBe(VALUE);
      await converse(terminal, 'postern vault recovery --use', [[question, code]], 8);
    });

    test.skipIf(skipBecause('kills at system calls', whyNoKilling()))(
      'a recovery code works while a new data key is unconfirmed',
      async () => {
        await makeVault();
        const asked = await runPostern(['vault', 'recovery', '--json'], inHome());
        const [code = ''] = /postern1-[a-z0-9-]+/.exec(asked.stdout) ?? [];
        // The fifth rename replaces the secrets. The new key is active before it.
        const rekey = ['auth', 'storage', 'rekey'];
        expect(await runPosternKilledAt(5, ['rename'], rekey, inHome())).toBe(true);
        await using terminal = await openTerminal(home);
        const use = [
          [/Recovery code:$/, code],
          [NEW[0], OTHER],
          [AGAIN[0], OTHER],
        ] as const;
        const used = await converse(terminal, 'postern vault recovery --use', use, 0);
        expect(used).toMatch(/the new key is in use[^]*Recovery code: postern1-/);
        expect(await valueWith(PASSPHRASE)).toBe('');
        const confirmed = await runPostern([...rekey, '--confirm', '--json'], inHome(OTHER));
        expect(JSON.parse(confirmed.stdout)).toEqual({ confirmed: false });
        expect(await valueWith(OTHER)).toBe(VALUE);
        expect(await runPostern(['doctor'], inHome(OTHER))).toMatchObject({ code: 0 });
      },
    );

    test('backup and restore have their own passphrase', async () => {
      await makeVault();
      await using terminal = await openTerminal(home);
      const backup = 'postern auth storage backup "$HOME/backup"';
      const restore = 'postern auth storage restore "$HOME/backup"';
      const [vault, first, again] = [/\nPassphrase:$/, /Backup passphrase:$/, AGAIN[0]];
      const differ = [
        [vault, PASSPHRASE],
        [first, OTHER],
        [again, PASSPHRASE],
      ] as const;
      await converse(terminal, backup, differ, 2);
      expect(existsSync(join(home.path, 'backup'))).toBe(false);
      const same = [
        [vault, PASSPHRASE],
        [first, OTHER],
        [again, OTHER],
      ] as const;
      await converse(terminal, backup, same, 0);
      const set = await runPostern(['secret', 'set', 'openai'], {
        ...inHome(),
        input: `${VALUE}2`,
      });
      expect(set).toMatchObject({ code: 0 });
      const right = [first, OTHER] as const;
      const no = [/\[y\/N\]$/, 'n'] as const;
      expect(await converse(terminal, restore, [right, no], 1)).toContain('Nothing was changed');
      await converse(terminal, restore, [[first, 'a wrong one']], 8);
      expect(await valueWith(PASSPHRASE)).toBe(`${VALUE}2`);
      const yes = [/\[y\/N\]$/, 'y'] as const;
      await converse(terminal, restore, [right, yes, [vault, PASSPHRASE]], 0);
      expect(await valueWith(PASSPHRASE)).toBe(VALUE);
    });

    test.skipIf(skipBecause('migration at a terminal', whyNoKeyringSession()))(
      'migrate to the file asks for a new passphrase, and migrate back asks for it',
      async () => {
        await using session = await startKeyringSession('unlocked');
        const { environment } = session;
        const set = await runPostern(['secret', 'set', 'openai'], { environment, input: VALUE });
        expect(set).toMatchObject({ code: 0 });
        await using terminal = await openTerminal(session.home, environment);
        const toFile = 'postern auth storage migrate --to file --remove-source';
        await converse(terminal, toFile, [NEW, [AGAIN[0], OTHER]], 2);
        const moved = await converse(terminal, toFile, [NEW, AGAIN], 0);
        expect(moved).toContain('Moved 1 secrets from keyring to file.');
        const ask = [/Passphrase:$/, PASSPHRASE] as const;
        expect(await converse(terminal, 'postern secret get openai', [ask], 0)).toContain(VALUE);
        const toKeyring = 'postern auth storage migrate --to keyring --remove-source';
        const back = await converse(terminal, toKeyring, [ask], 0);
        expect(back).toContain('Moved 1 secrets from file to keyring.');
        expect(await converse(terminal, 'postern secret get openai', [], 0)).toContain(VALUE);
        // The vault still has the passphrase, which a new data key needs.
        const present = [/Vault passphrase:$/, PASSPHRASE] as const;
        const rekeyed = await converse(terminal, 'postern auth storage rekey', [present], 0);
        expect(rekeyed).toContain('use a new data key');
      },
    );
  },
);
