import { APP_ERRORS } from './app-errors.ts';
import { AUDIT_ERRORS } from './audit-errors.ts';
import { GATEWAY_ERRORS } from './gateway-errors.ts';
import { IMPORT_ERRORS } from './import-errors.ts';
import { STORAGE_ERRORS } from './storage-errors.ts';
import { UPSTREAM_ERRORS } from './upstream-errors.ts';
import { VAULT_ERRORS } from './vault-errors.ts';

/** Every stable code that Postern speaks, by area. */
export const ERROR_CODES = {
  ...APP_ERRORS,
  ...STORAGE_ERRORS,
  ...VAULT_ERRORS,
  ...UPSTREAM_ERRORS,
  ...GATEWAY_ERRORS,
  ...AUDIT_ERRORS,
  ...IMPORT_ERRORS,
} as const;

export type ErrorCodeName = keyof typeof ERROR_CODES;
