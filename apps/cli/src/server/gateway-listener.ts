import { createGateway, type Gateway } from '@postern/gateway';
import type { HostGuard } from '../server/host-guard.ts';
import type { Postern } from './postern.ts';
