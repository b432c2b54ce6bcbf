import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { providerId, secretName } from '@postern/protocol';
import { startFakeUpstream, type FakeUpstream } from '@postern/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createConnections, type Connections } from './connections.ts';

let upstream: FakeUpstream;
let connections: Connections | undefined;
/** What the name server returns, one after the other; then the last again. */
let answers: readonly (readonly string[])[];
let asked: string[];

beforeAll(async () => {
  upstream = await startFakeUpstream({ headers: { 'openai-chat': { auth: 'none' } } });
});
beforeEach(() => {
  upstream.reset();
  asked = [];
});
afterEach(async () => {
  await connections?.close();
});
afterAll(async () => {
  await upstream.close();
});

const lyingLookup: LookupFunction = (hostname, options, callback) => {
  const found = answers[Math.min(asked.length, answers.length - 1)] ?? [];
  asked.push(hostname);
  const addresses = found.map((address): LookupAddress => ({
    address,
    family: address.includes(':') ? 6 : 4,
  }));
  if (addresses.length === 0) {
    callback(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), []);
  } else if (options.all === true) callback(null, addresses);
  else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
};

/** The status of a request to a name, or the reason of its failure. */
async function reach(baseUrl: string, localHosts: readonly string[] = []): Promise<unknown> {
  connections = createConnections({ localHosts, lookup: lyingLookup, connectTimeoutMs: 2000 });
  const fetched = await connections.fetchText({
    provider: {
      ...{ id: providerId.from('fake'), label: 'Fake', dialect: 'openai-chat', baseUrl },
      ...{ auth: 'none', secret: secretName.from('fake'), keyForm: undefined, models: [] },
      ...{ keyPage: undefined, inProcess: false, builtIn: false, local: false },
    },
    ...{ method: 'GET', path: '/models', headers: {}, body: undefined, credential: undefined },
  });
  return fetched.ok ? fetched.value.status : fetched.failure.reason;
}

const port = () => new URL(upstream.url).port;

describe('a name of a provider', () => {
  it.each([
    ['169.254.169.254', 'address-forbidden'],
    ['fd00:ec2::254', 'address-forbidden'],
    ['::ffff:169.254.169.254', 'address-forbidden'],
    ['64:ff9b::a9fe:a9fe', 'address-forbidden'],
    ['0.0.0.0', 'address-forbidden'],
    ['127.0.0.1', 'address-private'],
    ['::1', 'address-private'],
    ['10.1.2.3', 'address-private'],
    ['192.168.0.1', 'address-private'],
    ['fd12::1', 'address-private'],
  ])('that leads to %s is refused: %s', async (address, reason) => {
    answers = [[address]];
    expect(await reach(`https://api.example:${port()}/v1`)).toBe(reason);
    expect(upstream.requests).toEqual([]);
  });

  it('that leads to a public and a private address is refused', async () => {
    for (const both of [
      ['93.184.216.34', '127.0.0.1'],
      ['127.0.0.1', '93.184.216.34'],
    ]) {
      answers = [both];
      expect(await reach(`https://api.example:${port()}/v1`)).toBe('address-private');
    }
  });

  it('that is listed may lead to a private address, but never to a metadata service', async () => {
    answers = [['127.0.0.1']];
    expect(await reach(`http://model.home:${port()}/v1`, ['model.home'])).toBe(200);
    answers = [['169.254.169.254']];
    asked = [];
    expect(await reach(`http://model.home:${port()}/v1`, ['model.home'])).toBe('address-forbidden');
  });

  it('is resolved once for a connection, which goes to the address that was checked', async () => {
    answers = [['127.0.0.1'], ['10.255.255.1']];
    expect(await reach(`http://model.home:${port()}/v1`, ['model.home'])).toBe(200);
    expect(asked).toEqual(['model.home']);
  });

  it('is checked again for every connection', async () => {
    answers = [['127.0.0.1'], ['169.254.169.254']];
    const url = `http://model.home:${port()}/v1`;
    expect(await reach(url, ['model.home'])).toBe(200);
    await connections?.close();
    expect(await reach(url, ['model.home'])).toBe('address-forbidden');
    expect(upstream.requests).toHaveLength(1);
  });

  it('localhost is this machine, whatever a name server says', async () => {
    answers = [['127.0.0.1']];
    expect(await reach(`http://localhost:${port()}/v1`)).toBe(200);
    for (const elsewhere of ['93.184.216.34', '10.0.0.1', '169.254.169.254']) {
      answers = [[elsewhere]];
      asked = [];
      expect(await reach(`http://localhost:${port()}/v1`)).toMatch(/^address-/);
    }
    expect(upstream.requests).toHaveLength(1);
  });

  it('that is unknown is reported as unknown', async () => {
    answers = [[]];
    expect(await reach(`https://api.example:${port()}/v1`)).toBe('unreachable');
  });
});

describe('an address in the configuration', () => {
  it.each([
    'https://169.254.169.254',
    'https://2852039166',
    'https://0xa9fea9fe',
    'https://0251.0376.0251.0376',
    'https://169.254.43518',
    'https://[::ffff:169.254.169.254]',
    'https://[64:ff9b::a9fe:a9fe]',
    'https://[fd00:ec2::254]',
    'https://[fe80::1]',
    'https://0.0.0.0',
    'https://0',
    'https://10.0.0.1',
    'https://192.168.1.1.',
    'https://3232235777',
    'https://[fd12::1]',
    'https://[::ffff:7f00:1]',
    'https://%31%36%39.254.169.254',
    'https://①⑥⑨.254.169.254',
  ])('%s is refused without asking anyone', async (url) => {
    expect(await reach(url)).toMatch(/^address-/);
    expect(asked).toEqual([]);
  });

  it.each(['http://2130706433', 'http://0x7f.1', 'http://127.1', 'http://0177.0.0.1'])(
    '%s is this machine',
    async (url) => {
      expect(await reach(`${url}:${port()}/v1`)).toBe(200);
      expect(asked).toEqual([]);
    },
  );
});
