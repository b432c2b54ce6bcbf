import { APP_ERRORS } from './app-errors.ts';
import { AUDIT_ERRORS } from './audit-errors.ts';
import { GATEWAY_ERRORS } from './gateway-errors.ts';
import { IMPORT_ERRORS } from './import-errors.ts';
import { NETWORK_ERRORS } from './network-errors.ts';
import { RUN_ERRORS } from './run-errors.ts';
import { STORAGE_ERRORS } from './storage-errors.ts';
import { UPSTREAM_ERRORS } from './upstream-errors.ts';
import { VAULT_ERRORS } from './vault-errors.ts';

/** Every stable code of Postern. */
export const ERROR_CODES = {
  ...APP_ERRORS,
  ...STORAGE_ERRORS,
  ...VAULT_ERRORS,
  ...UPSTREAM_ERRORS,
  ...GATEWAY_ERRORS,
  ...NETWORK_ERRORS,
  ...AUDIT_ERRORS,
  ...IMPORT_ERRORS,
  ...RUN_ERRORS,
} as const;

export type ErrorCodeName = keyof typeof ERROR_CODES;

/** The same codes by area, in the order of `docs/errors.md`. */
export const ERROR_AREAS = {
  'The app and the command line': APP_ERRORS,
  'Directories and databases': STORAGE_ERRORS,
  'The vault and the keyring': VAULT_ERRORS,
  Providers: UPSTREAM_ERRORS,
  'The gateway': GATEWAY_ERRORS,
  'TLS and network': NETWORK_ERRORS,
  'The audit log': AUDIT_ERRORS,
  'Importing from other programs': IMPORT_ERRORS,
  'Running commands and scanning': RUN_ERRORS,
} as const;
