import { DIALECTS, type EncodeWarning } from '@postern/dialects';
import type { ModelRequest, Provider } from '@postern/protocol';

/** What would be dropped or changed of a request to the provider; undefined if it can't be sent. */
export function requestWarnings(
  provider: Provider,
  request: ModelRequest,
): readonly EncodeWarning[] | undefined {
  const encoded = DIALECTS[provider.dialect].encodeRequest(request, provider);
  return encoded.ok ? encoded.value.warnings : undefined;
}
