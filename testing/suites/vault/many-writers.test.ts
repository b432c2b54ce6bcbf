import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, revealSecret } from '@postern/kernel';
import { createTestVault } from '@postern/vault/testing';
import { describe, expect, it } from 'vitest';

const WRITERS = 4;
const WRITES = 8;

/** Four processes at once, each adding its own secrets and rewriting one that all share. */
describe('many processes on one vault', () => {
  it('lose no write to the encrypted file, and leave no other files', async () => {
    const { dataDir, vault, recoveryCode } = await createTestVault('file');
    const script = join(import.meta.dirname, 'write-secrets.child.ts');
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      const parameters = [script, dataDir, `writer-${String(writer)}`, String(WRITES)];
      const child = spawn(process.execPath, parameters, { stdio: ['pipe', 'inherit', 'inherit'] });
      child.stdin.end(revealSecret(recoveryCode));
      const [exitCode] = (await once(child, 'exit')) as readonly unknown[];
      return exitCode;
    });
    expect(await Promise.all(writers)).toEqual(Array.from({ length: WRITERS }, () => 0));
    const names = expectOk(await vault.secrets.list()).map(({ name }) => name);
    const expected = Array.from({ length: WRITERS }, (_, writer) =>
      Array.from({ length: WRITES }, (__, at) => `writer-${String(writer)}-${String(at)}`),
    );
    expect(names).toEqual([...expected.flat(), 'openai', 'shared'].sort());
    expect((await readdir(dataDir)).sort()).toEqual([
      'anchor.json',
      'secrets.jwe.json',
      'slots.json',
      'vault.lock',
    ]);
  });
});
