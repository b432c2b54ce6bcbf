import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostern, type MadeCertificate } from '@postern/testing';
import { onTestFinished } from 'vitest';
import { PASSPHRASE, servePlace, type ServePlace } from '../serve/serve-place.ts';

/** A running `postern serve` with TLS. */
export interface TlsPlace extends ServePlace {
  readonly port: number;
  /** `https://NAME:PORT` */
  readonly url: string;
}

/** Writes the operator's certificate and key, and returns the configuration that names them. */
export function operatorsTls(
  directory: string,
  { cert, key }: MadeCertificate,
): { readonly certificate: string; readonly key: string } {
  const certificate = join(directory, 'cert.pem');
  const keyPath = join(directory, 'key.pem');
  writeFileSync(certificate, cert);
  writeFileSync(keyPath, key, { mode: 0o600 });
  return { certificate, key: keyPath };
}

/** Starts `postern serve` with this `gateway.listen`, on a free port. */
export async function serveWithTls(listen: (place: ServePlace) => object): Promise<TlsPlace> {
  const place = await servePlace();
  place.configure({ gateway: { listen: listen(place) } });
  const program = startPostern(['--home', place.directory, 'serve', '--port', '0'], {
    environment: place.home.environment,
    passphrase: PASSPHRASE,
  });
  onTestFinished(async () => {
    await program.stop('SIGKILL');
  });
  const [, url = ''] = await program.waitFor(/Gateway\s+(https:\S+)\/v1\s/);
  return { ...place, url, port: Number(new URL(url).port) };
}
