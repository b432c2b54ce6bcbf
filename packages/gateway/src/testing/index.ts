export { startGateway, type RunningGateway, type StartGatewayOptions } from './start-gateway.ts';
