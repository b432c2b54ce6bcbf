import { problemWithDetail, type ErrorCodeName, type Problem } from '@postern/protocol';
import { describeVaultFailure } from '@postern/vault';
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

/** Describes a failure to read another program's secrets. */
export function describeImportFailure(failure: Failure): Problem {
  switch (failure.reason) {
    case 'import-not-found':
    case 'import-format-unknown':
    case 'import-passphrase-needed':
    case 'import-wrong-passphrase':
    case 'import-too-costly':
      return problemWithDetail(CODES[failure.reason], failure.path);
    case 'import-malformed': {
      const { path, line } = failure;
      const place = line === undefined ? path : `${path}, line ${String(line)}`;
      return problemWithDetail(CODES[failure.reason], place);
    }
    case 'import-forbidden':
      return problemWithDetail(CODES[failure.reason], failure.service);
    case 'import-account-needed':
      return problemWithDetail(CODES[failure.reason], failure.convention);
    default:
      return describeVaultFailure(failure);
  }
}
