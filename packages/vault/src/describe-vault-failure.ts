import {
  MAX_PASSPHRASE_BYTES,
  MIN_PASSPHRASE_LENGTH,
  problemSaying,
  problemWithDetail,
  type ErrorCodeName,
  type ErrorSentence,
  type PassphraseProblem,
  type Problem,
} from '@postern/protocol';
import type { KeyringAbsence } from './keyring/keyring-port.ts';
import type { BackendFound, Damage, SecretProblem, VaultFailure } from './vault-failure.ts';

type Reason = VaultFailure['reason'];

const CODES: Readonly<Record<Reason, ErrorCodeName>> = {
  'vault-absent': 'VAULT_NOT_SET_UP',
  'vault-exists': 'VAULT_EXISTS',
  'vault-locked': 'VAULT_LOCKED',
  'vault-busy': 'VAULT_BUSY',
  'vault-damaged': 'VAULT_DAMAGED',
  'version-unknown': 'VAULT_VERSION_UNKNOWN',
  'rolled-back': 'VAULT_ROLLED_BACK',
  'wrong-passphrase': 'VAULT_WRONG_PASSPHRASE',
  'wrong-backup-passphrase': 'BACKUP_WRONG_PASSPHRASE',
  'wrong-recovery-code': 'VAULT_WRONG_PASSPHRASE',
  'recovery-code-mistyped': 'VAULT_RECOVERY_CODE_MISTYPED',
  'passphrase-needed': 'VAULT_PASSPHRASE_UNFIT',
  'passphrase-unfit': 'VAULT_PASSPHRASE_UNFIT',
  'keyring-part-missing': 'VAULT_KEYRING_PART_MISSING',
  'slot-missing': 'VAULT_SLOT_MISSING',
  'slot-exists': 'VAULT_SLOT_EXISTS',
  'last-slot': 'VAULT_LAST_SLOT',
  'backend-changed': 'VAULT_BACKEND_CHANGED',
  'keyring-unavailable': 'KEYRING_UNAVAILABLE',
  'keyring-locked': 'KEYRING_LOCKED',
  'keyring-denied': 'KEYRING_DENIED',
  'same-storage': 'VAULT_SAME_STORAGE',
  'copy-differs': 'VAULT_COPY_DIFFERS',
  unfinished: 'VAULT_UNFINISHED',
  'database-refused': 'VAULT_DATABASE_REFUSED',
  'backup-missing': 'BACKUP_NOT_FOUND',
  'backup-exists': 'BACKUP_EXISTS',
  'secret-invalid': 'SECRET_INVALID',
  'key-form-unexpected': 'SECRET_FORM_UNEXPECTED',
  'plan-token': 'UPSTREAM_PLAN_TOKEN',
  'storage-read-only': 'HOME_READ_ONLY',
  'disk-full': 'DISK_FULL',
  'storage-failed': 'STORAGE_FAILED',
  'unsafe-file': 'STORAGE_UNSAFE',
};

export function describeVaultFailure(failure: VaultFailure): Problem {
  const found = saidBy(failure) ?? problemWithDetail(CODES[failure.reason], detailOf(failure));
  return { ...found, remedy: remedyOf(failure) ?? found.remedy };
}

const ABSENCES: Readonly<Record<KeyringAbsence, ErrorSentence>> = {
  'no-bus': "Can't reach a keyring service: there is no session bus.",
  'no-service': "Can't reach a keyring service: no Secret Service provider on the session bus.",
  'no-collection': "Can't reach a keyring service: the service has no keyring to store secrets in.",
  'no-answer': "Can't reach a keyring service: it stopped answering.",
  'not-keeping': "Can't reach a keyring service: it doesn't return what was stored.",
  unknown: "Can't reach a keyring service: the keyring library gave no known reason.",
};

const DAMAGES: Readonly<Record<Damage, string>> = {
  missing: 'is missing',
  malformed: 'is cut off or malformed',
  altered: 'was altered',
  parameters: "demands key derivation costs that Postern doesn't accept",
  foreign: 'belongs to another vault',
  'other-key': 'is encrypted with a different data key than slots.json',
};

const FOUND: Readonly<Record<BackendFound, string>> = {
  keyring: 'the keyring was requested',
  file: 'the encrypted file was requested',
  'empty-keyring': 'the keyring has no entries of this vault',
  'other-machine': 'its keyring entry was made on another machine',
};

const PROBLEMS: Readonly<Record<SecretProblem, string>> = {
  'no-fields': 'it has no value',
  'too-many-fields': 'it has more than 32 fields',
  'field-name': 'a field has an invalid name',
  'empty-value': 'a value is empty',
  'too-large': 'it is too large',
  'not-text': "a value isn't well-formed text",
  times: 'its times are invalid',
};

const UNFIT: Readonly<Record<PassphraseProblem, ErrorSentence>> = {
  'too-short': "The passphrase can't be used: it needs at least {min} characters.",
  'too-long': "The passphrase can't be used: it is longer than {max} bytes.",
};

/** The failures with sentences that the page can translate. */
function saidBy(failure: VaultFailure): Problem | undefined {
  switch (failure.reason) {
    case 'keyring-unavailable':
      return problemSaying('KEYRING_UNAVAILABLE', ABSENCES[failure.cause]);
    case 'keyring-part-missing':
      return failure.cause === 'removed'
        ? undefined
        : problemSaying('VAULT_KEYRING_PART_MISSING', ABSENCES[failure.cause]);
    case 'passphrase-needed':
      return problemSaying(
        'VAULT_PASSPHRASE_UNFIT',
        "The passphrase can't be used: none was given.",
      );
    case 'passphrase-unfit': {
      const limits = failure.problem === 'too-short' ? MIN : MAX;
      return problemSaying('VAULT_PASSPHRASE_UNFIT', UNFIT[failure.problem], limits);
    }
    case 'key-form-unexpected':
      return problemSaying(
        'SECRET_FORM_UNEXPECTED',
        "Nothing was stored, because the value doesn't look like that provider's key: expected the form {example}.",
        { example: failure.example },
      );
    default:
      return undefined;
  }
}

const MIN = { min: MIN_PASSPHRASE_LENGTH };
const MAX = { max: MAX_PASSPHRASE_BYTES };

/** Details about this failure; undefined if there are none. */
function detailOf(failure: VaultFailure): string | undefined {
  switch (failure.reason) {
    case 'vault-damaged':
      return `${failure.file} ${DAMAGES[failure.damage]}`;
    case 'version-unknown':
      return failure.file;
    case 'rolled-back':
      return failure.how === 'older'
        ? `${failure.file} is older than this vault's newest copy`
        : `${failure.file} was removed`;
    case 'backend-changed':
      return `it was made with ${failure.recorded} storage, but ${FOUND[failure.found]}`;
    case 'secret-invalid':
      return PROBLEMS[failure.problem];
    default:
      return detailOfOthers(failure);
  }
}

function detailOfOthers(failure: VaultFailure): string | undefined {
  switch (failure.reason) {
    case 'slot-missing':
    case 'slot-exists':
      return failure.kind;
    case 'same-storage':
      return failure.storage;
    case 'unfinished':
      return failure.operation;
    case 'database-refused':
      return `${failure.purpose} (${failure.cause})`;
    case 'storage-failed':
      return `${failure.errno} at ${failure.path}`;
    case 'unsafe-file':
      return `${failure.path} (${failure.problem})`;
    default:
      return 'path' in failure ? failure.path : undefined;
  }
}

function remedyOf(failure: VaultFailure): string | undefined {
  if (failure.reason === 'backend-changed') {
    const { recorded, found } = failure;
    if (found === 'keyring' || found === 'file') {
      return `Change the storage setting back to ${recorded}, or run: postern auth storage migrate --from ${recorded} --to ${found}.`;
    }
    return 'Log in to the desktop session that has the keyring, or unlock with the recovery code or the passphrase.';
  }
  if (failure.reason === 'vault-damaged' && failure.damage === 'other-key') {
    return `Put back copies of ${failure.file} and slots.json from the same time, or restore a backup: postern auth storage restore FILE.`;
  }
  if (failure.reason === 'vault-damaged' && failure.damage === 'missing') {
    return `Put ${failure.file} back, or move the vault's directory away and restore a backup: postern auth storage restore FILE.`;
  }
  if (failure.reason === 'wrong-recovery-code') {
    return 'Use the newest recovery code of this vault, or its passphrase.';
  }
  return undefined;
}
