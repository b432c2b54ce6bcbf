import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  makeCertificateAuthority,
  runProgram,
  skipBecause,
  startPostern,
  startProgram,
  textReply,
  whyNoPrograms,
} from '@postern/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listeningPort } from '../audit/listening-port.ts';
import { PASSPHRASE, servePlace } from '../serve/serve-place.ts';
import { operatorsTls } from './tls-place.ts';

const NAME = 'gateway.example';
const DOCUMENT = join(import.meta.dirname, '../../../docs/gateway.md');
const environment = { PATH: process.env['PATH'] ?? '' };
const skip = skipBecause('a gateway behind nginx', whyNoPrograms(['nginx', 'curl']));

/** The configuration of the documentation, with this test's files and a socket instead of the port. */
function documented(directory: string, port: number): string {
  const block = /```nginx\n([^]*?)```/.exec(readFileSync(DOCUMENT, 'utf8'))?.[1] ?? '';
  const replaced = block
    .replace('listen 443 ssl', `listen unix:${join(directory, 'nginx.sock')} ssl`)
    .replace('127.0.0.1:7420', `127.0.0.1:${String(port)}`)
    .replace('/etc/nginx/tls/fullchain.pem', join(directory, 'cert.pem'))
    .replace('/etc/nginx/tls/privkey.pem', join(directory, 'key.pem'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(directory, kind)};`,
  );
  return `
daemon off;
pid ${join(directory, 'nginx.pid')};
error_log stderr notice;
events {}
http { access_log off; ${temporary.join(' ')} ${replaced} }
`;
}

describe.skipIf(skip)('behind nginx, configured as documented', () => {
  it('streams an answer to a client that sees only nginx', async () => {
    const place = await servePlace();
    const { directory } = place;
    const authority = makeCertificateAuthority();
    operatorsTls(directory, authority.issue({ names: [NAME] }));
    writeFileSync(join(directory, 'ca.pem'), authority.certificate);
    const listen = { publicHost: [NAME], trustedProxies: ['127.0.0.1', '::1'] };
    place.configure({ gateway: { listen } });
    const program = startPostern(['--home', directory, 'serve', '--port', '0'], {
      environment: place.home.environment,
      passphrase: PASSPHRASE,
    });
    onTestFinished(async () => {
      await program.stop('SIGKILL');
    });
    await program.waitFor(/Gateway\s+https:\/\/gateway\.example\/v1\s/);
    const port = listeningPort(program.pid) ?? 0;
    writeFileSync(join(directory, 'nginx.conf'), documented(directory, port));
    const nginx = startProgram(
      'nginx',
      ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', 'stderr'],
      { environment },
    );
    onTestFinished(async () => {
      await nginx.stop('SIGTERM');
    });
    await nginx.waitFor(/start worker process/);
    expect(existsSync(join(directory, 'nginx.sock'))).toBe(true);

    place.upstream.next(textReply('Hello there'));
    const body = { model: 'box/gpt-x', stream: true, messages: [{ role: 'user', content: 'Hi' }] };
    const ask = async (...more: readonly string[]) =>
      await runProgram(
        'curl',
        [
          ...['--silent', '--show-error', '--unix-socket', join(directory, 'nginx.sock')],
          ...['--cacert', join(directory, 'ca.pem'), '--include', ...more],
        ],
        { environment },
      );
    const answer = await ask(
      ...[`https://${NAME}/v1/chat/completions`, '--data', JSON.stringify(body)],
      ...['--header', `authorization: Bearer ${place.key}`],
      ...['--header', 'content-type: application/json'],
    );
    expect(answer.stderr).toBe('');
    expect(answer.stdout).toMatch(/^HTTP\/[\d.]+ 200/);
    expect(answer.stdout).toContain('data: [DONE]');
    expect((await ask(`https://${NAME}/healthz`)).stdout).toMatch(/^HTTP\/[\d.]+ 200/);
    const lied = await ask(`https://${NAME}/v1/models`, '--header', 'x-forwarded-proto: http');
    expect(lied.stdout).toMatch(/^HTTP\/[\d.]+ 401/);
  });
});
