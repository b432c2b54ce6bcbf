import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const openssl = async (directory: string, ...args: readonly string[]): Promise<void> => {
  await promisify(execFile)('openssl', args, { cwd: directory });
};

/** The paths of a certificate and its key, both in PEM. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface TestCertificates {
  readonly authority: CertificateFiles;
  /** For `localhost`. */
  readonly server: CertificateFiles;
  /** For a name that no server here has. */
  readonly misnamed: CertificateFiles;
  readonly client: CertificateFiles;
  /** The authority's certificate in PEM. */
  readonly authorityPem: string;
}

/** Creates an authority and the certificates that it signs, valid for a day. */
export async function makeCertificates(directory: string): Promise<TestCertificates> {
  const at = (name: string): CertificateFiles => ({
    certificate: join(directory, `${name}.pem`),
    key: join(directory, `${name}.key`),
  });
  const request = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl(
    directory,
    ...['req', '-x509', ...request, '-days', '1', '-subj', '/CN=Test authority'],
    ...['-keyout', 'authority.key', '-out', 'authority.pem'],
  );
  const sign = async (name: string, commonName: string): Promise<void> => {
    const subject = ['-subj', `/CN=${commonName}`, '-keyout', `${name}.key`, '-out', `${name}.csr`];
    await openssl(directory, 'req', '-new', ...request, ...subject);
    await writeFile(join(directory, `${name}.ext`), `subjectAltName=DNS:${commonName}\n`);
    await openssl(
      directory,
      ...['x509', '-req', '-days', '1', '-in', `${name}.csr`, '-extfile', `${name}.ext`],
      ...['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial'],
      ...['-out', `${name}.pem`],
    );
  };
  await sign('server', 'localhost');
  await sign('misnamed', 'elsewhere.example');
  await sign('client', 'postern.example');
  return {
    authority: at('authority'),
    server: at('server'),
    misnamed: at('misnamed'),
    client: at('client'),
    authorityPem: await readFile(join(directory, 'authority.pem'), 'utf8'),
  };
}
