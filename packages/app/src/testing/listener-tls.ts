import { ok } from '@postern/kernel';
import type { ListenerTls, TlsIdentity } from '../server/tls-identity.ts';

/** TLS with a certificate that stays the same. */
export function listenerTls(identity: TlsIdentity): ListenerTls {
  const readAgain = () => Promise.resolve(ok(identity));
  return { identity, readAgain, clients: undefined, isRemembered: true };
}
