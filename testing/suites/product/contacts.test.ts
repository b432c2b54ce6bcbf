import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject } from '@postern/kernel';
import {
  freshHome,
  runPostern,
  skipBecause,
  startFakeUpstream,
  startProgram,
  whyNoPrograms,
} from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { signIn } from './app-client.ts';

const LAUNCHER = join(import.meta.dirname, '../../../apps/cli/bin/postern.js');

/**
 * Returns the network addresses that a traced process and its children tried to reach, each once.
 */
function contactsIn(trace: string): readonly string[] {
  const addresses = [
    ...trace.matchAll(/sa_family=AF_INET6?, .*?sin6?_port=htons\((\d+)\).*?"([^"]+)"/g),
  ];
  return [...new Set(addresses.map(([, port = '', host = '']) => `${host}:${port}`))];
}

const trace = (calls: string, file: string): string[] => [
  '-f',
  '-qq',
  '-e',
  `trace=${calls}`,
  '-o',
  file,
];
const CALLS = 'connect,sendto,sendmsg,sendmmsg';

describe.skipIf(skipBecause('network contacts under strace', whyNoPrograms(['strace'])))(
  'network contacts',
  () => {
    test('contacts only the providers in use', async () => {
      using home = freshHome();
      const upstream = await startFakeUpstream();
      const file = join(home.path, 'trace');
      await using postern = startProgram(
        'strace',
        [...trace(CALLS, file), process.execPath, LAUNCHER, 'up', '--no-open', '--port', '0'],
        { environment: home.environment },
      );
      const [, launchUrl = ''] = await postern.waitFor(/Open\s+(http:\S+)\s/);
      const app = await signIn(launchUrl);
      await app.request('POST', '/api/setup', { storage: 'file', passphrase: 'correct horse' });
      await app.request('POST', '/api/providers', {
        id: 'fake',
        label: 'Fake',
        dialect: 'anthropic-messages',
        auth: 'x-api-key',
        baseUrl: upstream.baseUrls['anthropic-messages'],
      });
      await app.request('PUT', '/api/providers/fake/key', { key: 'sk-0123456789abcdef0123' });
      const created = await app.request('POST', '/api/conversations', {});
      const id = isJsonObject(created) && typeof created['id'] === 'string' ? created['id'] : '';
      for (const provider of ['fake', 'demo']) {
        const turn = { parentId: null, text: 'Hello', branch: true, provider, model: 'any' };
        await app.turn(id, turn);
      }
      for (const path of ['/api/providers', '/api/models', '/api/search?q=Hello']) {
        await app.request('GET', path);
      }
      await runPostern(['stop'], { environment: home.environment });
      await postern.ended;
      // The model list also asks the model servers on this machine, which are providers without a key.
      const contacts = new Set(contactsIn(readFileSync(file, 'utf8')));
      for (const port of [11434, 1234, 8080, 8000]) contacts.delete(`127.0.0.1:${port}`);
      expect([...contacts]).toEqual([new URL(upstream.url).host]);
      await upstream.close();
    });

    test('detects a process that contacts another host', async () => {
      using home = freshHome();
      const file = join(home.path, 'trace');
      const code = `
      const { createSocket } = require('node:dgram');
      require('node:net').connect({ host: '127.0.0.9', port: 9 }).on('error', () => 0);
      createSocket('udp4').send('x', 9, '127.0.0.8', function () { this.close(); });`;
      await startProgram('strace', [...trace(CALLS, file), process.execPath, '--eval', code], {
        environment: home.environment,
      }).ended;
      expect(contactsIn(readFileSync(file, 'utf8'))).toEqual(
        expect.arrayContaining(['127.0.0.9:9', '127.0.0.8:9']),
      );
    });
  },
);
