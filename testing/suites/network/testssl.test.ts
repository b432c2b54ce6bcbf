import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificateAuthority, runProgram, skipBecause, whyNoPrograms } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { operatorsTls, serveWithTls } from './tls-place.ts';

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

const NAME = 'localhost';
const YEAR_MS = 365 * 86_400_000;
/** Below them are LOW, INFO and OK. WARN is a check that the scanner could not finish. */
const ABOVE_LOW = new Set(['MEDIUM', 'HIGH', 'CRITICAL', 'FATAL']);

/** Without these, the scanner would have found nothing because it reached nothing. */
const EXPECTED = ['TLS1_2', 'TLS1_3', 'heartbleed', 'PFS', 'HSTS_time', 'secure_client_renego'];

/** Properties of the certificate, which is the operator's: the one of the test has no revocation list. */
const NOT_OF_POSTERN = /^(cert_|cert$|DNS_CAArecord|OCSP)/;

const skip = skipBecause('TLS under testssl.sh', whyNoPrograms(['testssl', 'openssl']));

describe.skipIf(skip)('testssl.sh', () => {
  it('finds nothing above LOW', { timeout: 600_000 }, async () => {
    const authority = makeCertificateAuthority();
    const notAfter = new Date(Date.now() + YEAR_MS);
    const made = authority.issue({ names: [NAME], notAfter });
    const place = await serveWithTls(({ directory }) => ({
      tls: operatorsTls(directory, made),
      publicHost: [NAME],
    }));
    const ca = join(place.directory, 'ca.pem');
    const report = join(place.directory, 'report.json');
    writeFileSync(ca, authority.certificate);
    const ended = await runProgram(
      'testssl',
      [
        ...['--quiet', '--color', '0', '--warnings', 'off', '--ip', '127.0.0.1', '--nodns', 'min'],
        ...['--add-ca', ca, '--jsonfile', report, `${NAME}:${String(place.port)}`],
      ],
      { environment: { PATH: process.env['PATH'] ?? '', HOME: place.home.path, TERM: 'dumb' } },
    );
    const findings = findingsOf(readFileSync(report, 'utf8'));
    expect(findings.length, ended.stdout).toBeGreaterThan(80);
    const good = findings.filter(({ severity }) => severity === 'OK').map(({ id }) => id);
    expect(good, ended.stdout).toEqual(expect.arrayContaining(EXPECTED));
    const bad = findings.filter(
      ({ id, severity }) => ABOVE_LOW.has(severity) && !NOT_OF_POSTERN.test(id),
    );
    expect(bad).toEqual([]);
  });
});

function findingsOf(report: string): readonly Finding[] {
  const all: unknown = JSON.parse(report);
  if (!Array.isArray(all)) throw new TypeError('not a list of findings');
  return all.map((one: Readonly<Record<keyof Finding, unknown>>) => ({
    id: String(one.id),
    severity: String(one.severity),
    finding: String(one.finding),
  }));
}
