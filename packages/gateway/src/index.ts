export { describeGatewayFailure, type FailureAnswer, type GatewayFailure } from './failure.ts';
export { createGateway, type Gateway } from './http/gateway.ts';
export {
  describeGatewayKeyFailure,
  type GatewayKeyFailure,
  type GatewayKeyRecord,
  type GatewayKeyStore,
} from './keys/gateway-key.ts';
export {
  DEFAULT_LIMITS,
  type Callers,
  type GatewayDeps,
  type GatewayLimits,
  type KeyCheck,
  type ModelLists,
  type UpstreamCalls,
  type UpstreamKeyFailure,
  type UpstreamKeys,
  type UsageSink,
} from './ports.ts';
export { isGatewayTarget } from './route/routes.ts';
export {
  openGatewayStore,
  type GatewayStore,
  type GatewayStoreOptions,
} from './store/open-gateway-store.ts';
export type { UsageEntry, UsageLog, UsageTotals } from './usage/usage-log.ts';
