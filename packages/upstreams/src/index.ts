export { createConnections, type Connections } from './connect/connections.ts';
export { storedKey, type Credential } from './credential.ts';
export type { AnswerHeaders, Exchange, ExchangeRequest, ExchangeSink } from './connect/exchange.ts';
export { isLocalHost } from './providers/address.ts';
export { dialectPath } from './providers/dialect-path.ts';
export { providerTable, type ProviderTable } from './providers/provider-table.ts';
export type { ListedModel, Upstream } from './upstream.ts';
export { upstreamOf } from './upstream-of.ts';
export { describeUpstreamFailure, type UpstreamFailure } from './upstream-failure.ts';
