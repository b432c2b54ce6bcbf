import { failed, ok, Secret } from '@postern/kernel';
import { problem } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { openWorld } from '../testing/open-world.ts';
import { valueOf } from '../testing/value-of.ts';
import { connectOrCreate, connectOrUnlock } from './connect-or-open.ts';

const CANCELLED = failed(problem('CANCELLED'));
const wrong = () => Promise.resolve(ok(Secret.of('not the passphrase at all')));

describe('connectOrCreate', () => {
  it('creates a vault once, shows its recovery code, and unlocks it after that', async () => {
    const { parts, talk, log } = openWorld();
    expect(valueOf(await connectOrCreate(parts)).storage).toBe('file');
    expect(talk).toEqual(['new passphrase?', 'created file', 'recovery code']);
    valueOf(await connectOrCreate(parts));
    expect(talk.slice(3)).toEqual(['passphrase?']);
    expect((await log()).slice(1, 3)).toEqual(['vault.create success', 'vault.unlock success']);
  });

  it('shows no prompt for a vault in the keyring', async () => {
    const { parts, talk } = openWorld('keyring');
    expect(valueOf(await connectOrCreate(parts)).storage).toBe('keyring');
    valueOf(await connectOrUnlock(parts));
    expect(talk).toEqual(['created keyring', 'recovery code']);
  });

  it('creates nothing if no passphrase is chosen', async () => {
    const { parts } = openWorld('file', { askNewPassphrase: () => Promise.resolve(CANCELLED) });
    expect(await connectOrCreate(parts)).toEqual(CANCELLED);
    expect(await connectOrUnlock(parts)).toMatchObject({ failure: { code: 'VAULT_NOT_SET_UP' } });
  });
});

describe('a wrong passphrase', () => {
  it.each([
    ['is asked for three times if it is typed', true, ['wrong', 'wrong']],
    ['is tried once if it is passed', false, []],
  ])('%s', async (_title, isTyped, told) => {
    const { parts, talk } = openWorld();
    valueOf(await connectOrCreate(parts));
    talk.length = 0;
    const { frontEnd } = parts;
    const asked = { ...frontEnd, askPassphrase: wrong, isPassphraseTyped: () => isTyped };
    expect(await connectOrUnlock({ ...parts, frontEnd: asked })).toMatchObject({
      failure: { code: 'VAULT_WRONG_PASSPHRASE' },
    });
    expect(talk).toEqual(told);
  });
});
