import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freshHome, runPostern, startPostern, type FreshHome } from '@postern/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const PASSPHRASE = 'three blind mice run';
const VALUE = 'sk-a-value-that-is-long-enough';

let home: FreshHome;
let options: { readonly environment: FreshHome['environment']; readonly passphrase: string };

beforeEach(() => {
  home = freshHome();
  options = { environment: home.environment, passphrase: PASSPHRASE };
});

afterEach(() => {
  home[Symbol.dispose]();
});

describe('a vault', () => {
  test('that several commands create at the same time is created once and shared', async () => {
    const names = Array.from({ length: 8 }, (_, at) => `key-${String(at)}`);
    const set = async (name: string) =>
      await runPostern(['secret', 'set', name], { ...options, input: `${VALUE}-${name}` });
    const ended = await Promise.all(names.map(set));
    expect(ended.map(({ code, stderr }) => (code === 0 ? '' : stderr))).toEqual(
      names.map(() => ''),
    );
    expect(ended.filter(({ stderr }) => stderr.includes('Recovery code'))).toHaveLength(1);
    const listed = await runPostern(['secret', 'list', '--json'], options);
    for (const name of names) expect(listed.stdout).toContain(`"${name}"`);
  });

  test('that an agent holds unlocked is reported with its process', async () => {
    await runPostern(['secret', 'set', 'openai'], { ...options, input: VALUE });
    await using agent = startPostern(['agent', '--ttl', '1h'], options);
    await agent.waitFor(/The vault is unlocked/);
    const status = await runPostern(['status'], { environment: home.environment });
    expect(status.stdout).toMatch(/Vault +file storage, unlocked\n/);
    expect(status.stdout).toMatch(
      /Agent +has the vault unlocked \(pid \d+; lock it: postern vault lock\)/,
    );
    // A second agent is rejected, because commands could no longer reach the first.
    const second = await runPostern(['agent', '--ttl', '1h'], options);
    expect(second.stderr).toContain('ALREADY_RUNNING');
    expect(await runPostern(['vault', 'lock'], options)).toMatchObject({ stdout: 'Locked.\n' });
    expect((await agent.ended).code).toBe(0);
    const after = await runPostern(['status'], { environment: home.environment });
    expect(after.stdout).toMatch(/Vault +file storage, locked\n/);
    expect(after.stdout).not.toContain('Agent');
  });

  test('whose slots.json is missing is damaged, and no new vault replaces it', async () => {
    await runPostern(['secret', 'set', 'openai'], { ...options, input: VALUE });
    const slots = join(home.path, '.local', 'share', 'postern', 'vault', 'slots.json');
    renameSync(slots, `${slots}.kept`);
    for (const command of [['secret', 'set', 'groq'], ['secret', 'list'], ['status']]) {
      const ended = await runPostern(command, { ...options, input: VALUE });
      expect(ended.stderr).toMatch(
        /slots\.json.*Put slots\.json back.*storage restore.*VAULT_DAMAGED/,
      );
      expect(ended.code).toBe(6);
    }
    renameSync(`${slots}.kept`, slots);
    const get = await runPostern(['secret', 'get', 'openai', '--raw'], options);
    expect(get.stdout).toBe(VALUE);
  });

  test('whose slots.json is lost is restored from a backup, as the remedy says', async () => {
    await runPostern(['secret', 'set', 'openai'], { ...options, input: VALUE });
    await runPostern(['key', 'create', 'laptop', '--all-models'], options);
    const withBackup = { ...options, descriptors: ['the passphrase of the backup'] };
    const place = [join(home.path, 'backup'), '--backup-passphrase-fd', '4'];
    const backedUp = await runPostern(['auth', 'storage', 'backup', ...place], withBackup);
    expect(backedUp).toMatchObject({ code: 0 });
    const directory = join(home.path, '.local', 'share', 'postern', 'vault');
    rmSync(join(directory, 'slots.json'));
    expect(await runPostern(['secret', 'list'], options)).toMatchObject({ code: 6 });
    renameSync(directory, `${directory}.away`);
    // The directory is gone, but the database of gateway keys still exists.
    const anew = await runPostern(['secret', 'set', 'groq'], { ...options, input: VALUE });
    expect(anew.code).toBe(6);
    expect(anew.stderr).toContain('VAULT_DAMAGED');
    const restored = await runPostern(['auth', 'storage', 'restore', ...place], withBackup);
    expect(restored).toMatchObject({ code: 0 });
    const get = await runPostern(['secret', 'get', 'openai', '--raw'], options);
    expect(get).toMatchObject({ code: 0, stdout: VALUE });
    const keys = await runPostern(['key', 'list'], options);
    expect(keys.stdout).toContain('laptop');
    const verified = await runPostern(['audit', 'verify'], options);
    expect(verified).toMatchObject({ code: 0 });
  });
});
