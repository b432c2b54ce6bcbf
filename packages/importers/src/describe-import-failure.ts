import { ERROR_CODES, type ErrorCodeName } from '@postern/protocol';
import { describeVaultFailure, type VaultFailureDescription } from '@postern/vault';
import type { ForeignKeyringFailure } from './foreign-keyring.ts';
import type { ImportFailure } from './import-failure.ts';

type Failure = ImportFailure | ForeignKeyringFailure;
type OwnReason = Extract<Failure['reason'], `import-${string}`>;

const CODES: Readonly<Record<OwnReason, ErrorCodeName>> = {
  'import-not-found': 'IMPORT_NOT_FOUND',
  'import-format-unknown': 'IMPORT_FORMAT_UNKNOWN',
  'import-passphrase-needed': 'IMPORT_PASSPHRASE_NEEDED',
  'import-wrong-passphrase': 'IMPORT_WRONG_PASSPHRASE',
  'import-malformed': 'IMPORT_MALFORMED',
  'import-too-costly': 'IMPORT_TOO_COSTLY',
  'import-forbidden': 'IMPORT_FORBIDDEN',
  'import-account-needed': 'IMPORT_ACCOUNT_NEEDED',
};

/** Speaks a failure to read another program's secrets to a person. */
export function describeImportFailure(failure: Failure): VaultFailureDescription {
  switch (failure.reason) {
    case 'import-not-found':
    case 'import-format-unknown':
    case 'import-passphrase-needed':
    case 'import-wrong-passphrase':
    case 'import-malformed':
    case 'import-too-costly':
      return described(failure.reason, failure.path);
    case 'import-forbidden':
      return described(failure.reason, failure.service);
    case 'import-account-needed':
      return described(failure.reason, failure.convention);
    default:
      return describeVaultFailure(failure);
  }
}

function described(reason: OwnReason, detail: string): VaultFailureDescription {
  const code = CODES[reason];
  const { meaning, remedy } = ERROR_CODES[code];
  return { code, message: `${meaning.replace(/\.$/, '')}: ${detail}.`, remedy };
}
