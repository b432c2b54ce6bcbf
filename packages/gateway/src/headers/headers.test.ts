import { DIALECTS } from '@postern/dialects';
import { gatewayKeyId, type GatewayKeyId } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { answerHeaders, contentLength, isEventStream, SAFE_HEADERS } from './answer-headers.ts';
import { upstreamHeaders } from './upstream-headers.ts';

const KEY = gatewayKeyId.from('01k00000000000000000000000');

describe('upstreamHeaders', () => {
  it("gives a provider an idempotency key that no other gateway key's client can send", () => {
    const sentBy = (keyId: GatewayKeyId, text: string): unknown =>
      upstreamHeaders(['idempotency-key', text], DIALECTS['openai-chat'], keyId)['idempotency-key'];
    const other = gatewayKeyId.from('01k00000000000000000000001');
    expect(sentBy(KEY, 'one')).toMatch(/^[0-9a-f]{64}$/);
    expect(sentBy(KEY, 'one')).toBe(sentBy(KEY, 'one'));
    expect(sentBy(other, 'one')).not.toBe(sentBy(KEY, 'one'));
    expect(sentBy(KEY, 'two')).not.toBe(sentBy(KEY, 'one'));
  });

  it('keeps a repeated field repeated, in order', () => {
    const forwarded = [
      ['anthropic-beta', 'a,b'],
      ['accept', '*/*'],
      ['anthropic-beta', 'c'],
      ['anthropic-beta', 'd'],
    ].flat();
    expect(upstreamHeaders(forwarded, DIALECTS['anthropic-messages'], KEY)).toEqual({
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      accept: '*/*',
      'anthropic-beta': ['a,b', 'c', 'd'],
    });
  });

  it('puts a version of the client in the place of the default, and none in the other dialect', () => {
    const version = ['anthropic-version', '2099-01-01'];
    expect(upstreamHeaders(version, DIALECTS['anthropic-messages'], KEY)['anthropic-version']).toBe(
      '2099-01-01',
    );
    expect(upstreamHeaders([], DIALECTS['openai-chat'], KEY)).toEqual({
      'content-type': 'application/json',
    });
  });
});

const SAFE = Object.entries(SAFE_HEADERS).flat();

describe('answerHeaders', () => {
  it.each([
    'set-cookie',
    'server',
    'x-request-id',
    'request-id',
    'anthropic-organization-id',
    'openai-organization',
    'x-ratelimit-remaining-tokens',
    'anthropic-ratelimit-tokens-reset',
    'cf-ray',
    'via',
    'location',
    'www-authenticate',
    'access-control-allow-origin',
    'strict-transport-security',
    'connection',
    'transfer-encoding',
  ])('keeps %s back', (name) => {
    const passed = answerHeaders({ [name]: 'theirs' }, DIALECTS['openai-chat'], 'req_ours');
    expect(passed).toEqual(['x-request-id', 'req_ours', ...SAFE]);
  });

  it('takes the first of a repeated field', () => {
    expect(
      answerHeaders({ 'retry-after': ['3', '4'] }, DIALECTS['anthropic-messages'], 'r'),
    ).toEqual(['request-id', 'r', ...SAFE, 'retry-after', '3']);
  });

  it('reads the length and the content type', () => {
    expect(contentLength({ 'content-length': '12' })).toBe(12);
    expect(contentLength({})).toBeUndefined();
    expect(isEventStream({ 'content-type': 'text/event-stream; charset=utf-8' })).toBe(true);
    expect(isEventStream({ 'content-type': 'application/json' })).toBe(false);
  });
});
