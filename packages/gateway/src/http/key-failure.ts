import type { GatewayFailure } from '../failure.ts';
import { mayBeImported } from '../keys/imported-text.ts';
import { isKeyText } from '../keys/key-text.ts';
import type { KeyRefusalCode } from '../ports.ts';
import type { StoreFailure } from '../store/store-failure.ts';

/**
 * The failure for a key that can't be looked up. While the vault is locked the gateway doesn't know which keys
 * exist, so all well-formed keys get the same response, and malformed keys get the usual 401.
 */
export function uncheckedKey({ reason }: StoreFailure, token: string): GatewayFailure {
  if (reason !== 'locked') return { reason: 'store-unavailable' };
  return { reason: isKeyText(token) || mayBeImported(token) ? 'vault-locked' : 'key-required' };
}

/** A stolen key that is used from another address must look like no key at all. */
export function outwardReason(
  code: KeyRefusalCode,
): 'key-required' | 'origin-refused' | 'endpoint-refused' {
  if (code === 'ORIGIN_REFUSED') return 'origin-refused';
  return code === 'GATEWAY_ENDPOINT_REFUSED' ? 'endpoint-refused' : 'key-required';
}
