import { failed, ok, utf8StreamDecoder, type Result } from '@postern/kernel';
import type { UpstreamFailure } from '../upstream-failure.ts';
import type { AnswerHeaders, ExchangeRequest, StartExchange } from './exchange.ts';

/** A whole response with any status. */
export interface FetchedText {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
  /** What is decoded from the text goes through this, as `Exchange.redacted` says. */
  redacted(text: string): string;
}

const MAX_BYTES = 16 * 1024 * 1024;

/** Reads a whole response. Fails as soon as it is over `maxBytes`. */
export function fetchText(
  startExchange: StartExchange,
  request: ExchangeRequest,
  maxBytes = MAX_BYTES,
): Promise<Result<FetchedText, UpstreamFailure>> {
  return new Promise((resolve) => {
    const decoder = utf8StreamDecoder();
    let status = 0;
    let headers: AnswerHeaders = {};
    let text = '';
    let bytes = 0;
    const exchange = startExchange(request, {
      onHead: (status_, headers_) => {
        status = status_;
        headers = headers_;
      },
      onChunk: (chunk) => {
        bytes += chunk.length;
        if (bytes <= maxBytes) {
          text += decoder.push(chunk);
          return;
        }
        resolve(failed({ reason: 'too-large', maxBytes }));
        exchange.cancel();
      },
      onEnd: () => {
        const redacted = (decoded: string): string => exchange.redacted(decoded);
        resolve(ok({ status, headers, text: text + decoder.end(), redacted }));
      },
      onFailure: (failure) => {
        resolve(failed(failure));
      },
    });
  });
}
