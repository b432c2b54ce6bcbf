import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Address } from '../providers/address.ts';
import { addressKind } from '../providers/address-kind.ts';

/** The code of an error for a name with such an address. */
export const REFUSED_CODES = {
  private: 'POSTERN_ADDRESS_PRIVATE',
  forbidden: 'POSTERN_ADDRESS_FORBIDDEN',
} as const;

type Refusal = keyof typeof REFUSED_CODES;

/**
 * Resolves the name of a provider for one connection, and refuses it if any of its addresses isn't allowed. The
 * connection is opened to the addresses that were checked, so a name server that gives another one afterwards
 * gains nothing (DNS rebinding).
 */
export function guardedLookup(address: Address, resolve: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const addresses = Array.isArray(found) ? found : [];
      const refusal = refusalOf(address, addresses);
      const [first] = addresses;
      if (refusal !== undefined || first === undefined) {
        callback(refusedError(refusal), []);
      } else if (options.all === true) {
        callback(null, addresses);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

function refusalOf(
  { host, local }: Address,
  addresses: readonly LookupAddress[],
): Refusal | undefined {
  const kinds = new Set(addresses.map((found) => addressKind(found.address)));
  if (kinds.has('forbidden')) return 'forbidden';
  // This name is only ever this machine (RFC 6761 §6.3).
  if (host === 'localhost')
    return kinds.has('public') || kinds.has('private') ? 'private' : undefined;
  return !local && (kinds.has('private') || kinds.has('loopback')) ? 'private' : undefined;
}

function refusedError(refusal: Refusal | undefined): NodeJS.ErrnoException {
  const code = refusal === undefined ? 'ENOTFOUND' : REFUSED_CODES[refusal];
  return Object.assign(new Error('refused'), { code });
}
