export { askModel } from './ask/ask-model.ts';
export { listModels, type ListedModel } from './ask/list-models.ts';
export {
  createConnections,
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated so that every use of it is seen
  trustedByTestsOnly,
  type Connections,
  type ConnectionsOptions,
} from './connect/connections.ts';
export type { AnswerHeaders, Exchange, ExchangeRequest, ExchangeSink } from './connect/exchange.ts';
export type { FetchedText } from './connect/fetch-text.ts';
export type { ProxyConfig } from './connect/proxy.ts';
export type { Pause } from './demo/demo-answer.ts';
export { isLocalHost } from './providers/address.ts';
export { BUILT_IN_PROVIDERS } from './providers/built-in-providers.ts';
export { spokenPath } from './providers/spoken-path.ts';
export { providerTable, type ProviderTable } from './providers/provider-table.ts';
export { describeUpstreamFailure, type UpstreamFailure } from './upstream-failure.ts';
