import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  makeCertificateAuthority,
  runProgram,
  skipBecause,
  textReply,
  whyNoPrograms,
} from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { servePlace } from '../serve/serve-place.ts';
import { operatorsTls, serveWithTls } from './tls-place.ts';

const NAME = 'gateway.example';
const skip = skipBecause('TLS with curl and openssl', whyNoPrograms(['curl', 'openssl']));

describe.skipIf(skip)('postern serve with TLS', () => {
  it('answers curl, which trusts only the authority of development certificates', async () => {
    const place = await serveWithTls(() => ({
      tls: { development: true },
      publicHost: [NAME],
    }));
    const shown = await place.run(['tls', 'show', '--json']);
    const file = join(place.directory, 'data', 'tls', 'authority.pem');
    expect(JSON.parse(shown.stdout)).toMatchObject({
      file,
      names: ['localhost', '127.0.0.1', '::1', NAME],
    });
    place.upstream.next(textReply('Hello there'));
    const body = { model: 'box/gpt-x', messages: [{ role: 'user', content: 'Hello' }] };
    const curl = async (...parameters: readonly string[]) =>
      await runProgram('curl', ['--silent', '--show-error', ...parameters], {
        environment: { PATH: process.env['PATH'] ?? '' },
      });
    const resolved = ['--resolve', `${NAME}:${String(place.port)}:127.0.0.1`];
    const answer = await curl(
      ...[...resolved, '--cacert', file, '--include', `${place.url}/v1/chat/completions`],
      ...['--header', `authorization: Bearer ${place.key}`, '--data', JSON.stringify(body)],
    );
    expect(answer.stderr).toBe('');
    expect(answer.stdout).toContain('Hello there');
    expect(answer.stdout).not.toContain('strict-transport-security');
    const untrusted = await curl(...resolved, place.url);
    expect(untrusted).toMatchObject({ code: 60, stdout: '' });
  });

  it('shows openssl a chain that it can verify, in TLS 1.3 and 1.2 only', async () => {
    const place = await serveWithTls(() => ({ tls: { development: true } }));
    const authority = join(place.directory, 'data', 'tls', 'authority.pem');
    const handshake = async (...parameters: readonly string[]) =>
      await runProgram(
        'openssl',
        [
          ...['s_client', '-connect', `127.0.0.1:${String(place.port)}`, '-CAfile', authority],
          ...['-verify_return_error', '-verify_hostname', 'localhost', ...parameters],
        ],
        { environment: { PATH: process.env['PATH'] ?? '' }, input: '' },
      );
    expect((await handshake('-tls1_3')).stdout).toContain('Verify return code: 0 (ok)');
    expect((await handshake('-tls1_2')).stdout).toContain('Verify return code: 0 (ok)');
    expect((await handshake('-tls1_1', '-cipher', 'ALL@SECLEVEL=0')).code).not.toBe(0);
  });

  it('uses a renewed certificate without a restart', async () => {
    const authority = makeCertificateAuthority();
    const issue = () => authority.issue({ names: [NAME] });
    const place = await serveWithTls(({ directory }) => ({
      tls: operatorsTls(directory, issue()),
      publicHost: [NAME],
    }));
    const shown = async (): Promise<string> => {
      const { stdout } = await runProgram(
        'openssl',
        ['s_client', '-connect', `127.0.0.1:${String(place.port)}`, '-servername', NAME],
        { environment: { PATH: process.env['PATH'] ?? '' }, input: '' },
      );
      return /-----BEGIN[^]*?-----END[^\n]*/.exec(stdout)?.[0] ?? '';
    };
    const before = await shown();
    operatorsTls(place.directory, issue());
    await expect.poll(shown, { timeout: 30_000 }).not.toBe(before);
    expect(readFileSync(join(place.directory, 'cert.pem'), 'utf8')).toContain(await shown());
  });

  it('refuses to start where other machines could reach it without TLS, and says why', async () => {
    const place = await servePlace();
    place.configure({ gateway: { listen: { host: '0.0.0.0', publicHost: [NAME] } } });
    const ended = await place.run(['serve', '--port', '0']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('other machines can reach');
    expect(ended.stderr).toContain('gateway.listen.tls');
  });
});
