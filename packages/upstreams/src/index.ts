export { redactorOf } from './authorize.ts';
export { headerReader } from './ask/answer-failure.ts';
export { answerForm, type AnswerForm } from './ask/answer-form.ts';
export { requestWarnings } from './ask/request-warnings.ts';
export { wholeAnswerEvents } from './ask/whole-answer-events.ts';
export {
  createConnections,
  type Connections,
  type ConnectionsOptions,
} from './connect/connections.ts';
export { storedKey, type Credential } from './credential.ts';
export type { AnswerHeaders, Exchange, ExchangeRequest, ExchangeSink } from './connect/exchange.ts';
export { isLocalHost, sameHost } from './providers/address.ts';
export { BUILT_IN_PROVIDERS } from './providers/built-in-providers.ts';
export { dialectPath } from './providers/dialect-path.ts';
export { providerTable, type ProviderTable } from './providers/provider-table.ts';
export type { ListedModel, Upstream } from './upstream.ts';
export { upstreamOf } from './upstream-of.ts';
export { describeUpstreamFailure, type UpstreamFailure } from './upstream-failure.ts';
