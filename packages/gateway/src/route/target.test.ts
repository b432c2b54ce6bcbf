import { describe, expect, it } from 'vitest';
import { parseTarget } from './target.ts';

describe('parseTarget', () => {
  it.each([
    ['/', '/', ''],
    ['/v1/messages', '/v1/messages', ''],
    ['/v1/messages?beta=true', '/v1/messages', '?beta=true'],
    ['/v1/messages?', '/v1/messages', '?'],
    ['/v1/messages?a=?b&c=/..', '/v1/messages', '?a=?b&c=/..'],
    ['/v1/%6dessages', '/v1/%6dessages', ''],
    ['/v1/../v1/messages', '/v1/../v1/messages', ''],
    ['/v1/messages/', '/v1/messages/', ''],
  ])('cuts %s and changes nothing', (raw, path, query) => {
    expect(parseTarget(raw)).toEqual({ path, query });
  });

  it.each([
    undefined,
    '',
    '*',
    'v1/messages',
    'http://127.0.0.1/v1/messages',
    'HTTP://evil.test/v1/messages',
    '//evil.test/v1/messages',
    '127.0.0.1:7420',
    '/v1/messages#fragment',
    '/v1/ messages',
    '/v1/messages\0',
    '/v1/messagés',
    `/${'a'.repeat(5000)}`,
  ])('does not read %s', (raw) => {
    expect(parseTarget(raw)).toBeUndefined();
  });
});
