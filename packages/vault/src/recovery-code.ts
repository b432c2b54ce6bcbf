import { bech32m } from '@scure/base';
import { failed, ok, revealSecret, Secret, type Randomness, type Result } from '@postern/kernel';
import type { VaultFailure } from './vault-failure.ts';

/** 128 bits: impossible to guess, and short enough to write down. */
const CODE_BYTES = 16;
const PREFIX = 'postern';
const GROUP = /.{4}/g;

/**
 * Generates a recovery code: `postern1` and eight groups of four characters in Bech32m (BIP 350). The
 * alphabet has no 1, b, i or o, and the checksum detects up to four wrong characters.
 */
export function newRecoveryCode(randomness: Randomness): Secret {
  const encoded = bech32m.encodeFromBytes(PREFIX, randomness.bytes(CODE_BYTES));
  const groups = encoded.slice(PREFIX.length + 1).match(GROUP) ?? [];
  return Secret.of(`${PREFIX}1-${groups.join('-')}`);
}

/**
 * Parses a code as typed, ignoring case, spaces, dashes and a missing prefix. Typing errors fail here,
 * before any key is derived.
 */
export function parseRecoveryCode(code: Secret): Result<Uint8Array, VaultFailure> {
  const mistyped = failed({ reason: 'recovery-code-mistyped' } as const);
  const typed = revealSecret(code);
  if (typed.length > 200) return mistyped;
  const bare = typed.toLowerCase().replaceAll(/[\s-]/g, '');
  const encoded = bare.startsWith(`${PREFIX}1`) ? bare : `${PREFIX}1${bare}`;
  const decoded = decodeOrNothing(encoded);
  return decoded?.length === CODE_BYTES ? ok(decoded) : mistyped;
}

function decodeOrNothing(encoded: string): Uint8Array | undefined {
  try {
    return bech32m.decodeToBytes(encoded).bytes;
  } catch {
    return undefined;
  }
}
