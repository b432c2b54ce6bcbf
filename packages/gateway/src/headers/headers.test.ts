import { DIALECTS } from '@postern/dialects';
import { describe, expect, it } from 'vitest';
import { answerHeaders, contentLength, isEventStream, SAFE_HEADERS } from './answer-headers.ts';
import { upstreamHeaders } from './upstream-headers.ts';

describe('upstreamHeaders', () => {
  it('keeps a repeated field repeated, in order', () => {
    const forwarded = [
      ['anthropic-beta', 'a,b'],
      ['accept', '*/*'],
      ['anthropic-beta', 'c'],
      ['anthropic-beta', 'd'],
    ].flat();
    expect(upstreamHeaders(forwarded, DIALECTS['anthropic-messages'])).toEqual({
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      accept: '*/*',
      'anthropic-beta': ['a,b', 'c', 'd'],
    });
  });

  it('puts a version of the client in the place of the default, and none in the other dialect', () => {
    const version = ['anthropic-version', '2099-01-01'];
    expect(upstreamHeaders(version, DIALECTS['anthropic-messages'])['anthropic-version']).toBe(
      '2099-01-01',
    );
    expect(upstreamHeaders([], DIALECTS['openai-chat'])).toEqual({
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
